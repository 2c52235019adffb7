//! Files up and down, and the bound: the same bytes written to the same disk without a server.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};

use sealpost_client::{Client, ClientError, FileId};

use super::{Bench, Report};
use crate::error::BenchError;
use crate::processes::Measured;

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
    pub(super) async fn files(&mut self) -> Result<(), BenchError> {
        let folder = tempfile::Builder::new()
            .prefix("sealpost-bench-")
            .tempdir()?;
        let (large, small) = (folder.path().join("large"), folder.path().join("small"));
        std::fs::write(&large, noise(LARGE))?;
        std::fs::write(&small, noise(SMALL))?;
        let Some(person) = self.crowd.people(1).await?.pop() else {
            return Err(BenchError::Missing(1));
        };
        let report = self.plain_write(folder.path()).await?;
        self.done(report);
        for (path, name, workers) in [(large, "64MiB", 1), (small, "4KiB", SENDERS)] {
            // Of many at once it would say nothing.
            let carrying = |report: Report| match workers {
                1 => report.carrying(LARGE),
                _ => report,
            };
            let last = Arc::new(Mutex::new(None));
            let up = upload(&person.client, path, &last);
            let report = self.phase(format!("up/{name}"), workers).run(up).await?;
            self.done(carrying(report));
            let stored = *last.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(id) = stored {
                let down = download(&person.client, id);
                let report = self
                    .phase(format!("down/{name}"), workers)
                    .run(down)
                    .await?;
                self.done(carrying(report));
            }
        }
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
                let written = written.await.map_err(std::io::Error::other);
                written.flatten().map_err(ClientError::LocalFile)
            }
        };
        let mut phase = self.phase("bound: plain write 64MiB", 1);
        phase.measured = Measured::this_program(None);
        Ok(phase.run(write).await?.carrying(LARGE))
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
pub(super) fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let words = std::iter::repeat_with(|| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()
    });
    words.take(length / 8).flatten().collect()
}
