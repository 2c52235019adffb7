//! Files up and down, and the bound: the same bytes written to the same disk without a server.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};

use sealpost_client::{Client, ClientError, FileId};

use super::{Bench, Report, done};
use crate::error::BenchError;

/// What a worker does again and again.
type Operation = Box<
    dyn Fn(usize, u64) -> Pin<Box<dyn Future<Output = Result<(), ClientError>> + Send>>
        + Send
        + Sync,
>;

const LARGE: usize = 64 * 1024 * 1024;
const SMALL: usize = 4 * 1024;
/// How many bring small files at once.
const SENDERS: usize = 16;

impl Bench<'_> {
    pub(super) async fn files(&self, reports: &mut Vec<Report>) -> Result<(), BenchError> {
        let folder = tempfile::Builder::new()
            .prefix("sealpost-bench-")
            .tempdir()?;
        let (large, small) = (folder.path().join("large"), folder.path().join("small"));
        std::fs::write(&large, noise(LARGE))?;
        std::fs::write(&small, noise(SMALL))?;
        let client = self
            .crowd
            .clone()
            .somebody("files".to_owned())
            .await?
            .client;

        done(reports, self.plain_write(folder.path()).await?);
        let last = Arc::new(Mutex::new(None));
        let up = upload(&client, large, &last);
        let report = self.phase("up/64MiB", 1).run(up).await?;
        done(reports, report.carrying(LARGE));
        let stored = *last.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(id) = stored {
            let down = download(&client, id);
            let report = self.phase("down/64MiB", 1).run(down).await?;
            done(reports, report.carrying(LARGE));
        }
        let up = upload(&client, small, &last);
        let report = self.phase("up/4KiB", SENDERS).run(up).await?;
        done(reports, report);
        Ok(())
    }

    /// The bound: what the disk and the kernel alone take, `fsync` included.
    async fn plain_write(&self, folder: &Path) -> Result<Report, BenchError> {
        let bytes: Arc<[u8]> = noise(LARGE).into();
        let path = folder.join("plain");
        let write = move |_, _| {
            let (bytes, path) = (Arc::clone(&bytes), path.clone());
            async move {
                let written = tokio::task::spawn_blocking(move || {
                    let mut file = std::fs::File::create(path)?;
                    file.write_all(&bytes)?;
                    file.sync_all()
                });
                match written.await {
                    Ok(written) => written.map_err(ClientError::LocalFile),
                    Err(_) => Ok(()),
                }
            }
        };
        let report = self.phase("plain/64MiB", 1).run(write).await?;
        Ok(report.carrying(LARGE))
    }
}

fn upload(client: &Client, path: PathBuf, last: &Arc<Mutex<Option<FileId>>>) -> Operation {
    let (client, last) = (client.clone(), Arc::clone(last));
    Box::new(move |_, _| {
        let (client, path, last) = (client.clone(), path.clone(), Arc::clone(&last));
        Box::pin(async move {
            let file = tokio::fs::File::open(path)
                .await
                .map_err(ClientError::LocalFile)?;
            let stored = client.upload_file(None, None, file).await?;
            let before = last
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .replace(stored.id);
            // The disk is not to fill up. One stays, to be read.
            match before {
                Some(before) => client.delete_file(before).await,
                None => Ok(()),
            }
        })
    })
}

fn download(client: &Client, id: FileId) -> Operation {
    let client = client.clone();
    Box::new(move |_, _| {
        let client = client.clone();
        Box::pin(async move {
            let mut download = client.download_file(id).await?;
            while download.chunk().await?.is_some() {}
            Ok(())
        })
    })
}

/// Bytes that no disk can compress (xorshift, a fixed seed).
fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let words = std::iter::repeat_with(|| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()
    });
    words.take(length / 8).flatten().collect()
}
