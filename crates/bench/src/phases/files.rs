//! Files up and down, and the bound: the same bytes written to the same disk without a server.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use sealpost_client::{Client, ClientError, FileId};

use super::crowd::Person;
use super::{Bench, Report};
use crate::error::BenchError;
use crate::load::{SLICES, Watch};
use crate::processes::Measured;
use crate::report::Sample;

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
        let Some(Person { client, .. }) = self.crowd.people(1).await?.pop() else {
            return Err(BenchError::Missing(1));
        };
        if let Some(stored) = self.large_up(&client, &large, folder.path()).await? {
            let down = download(&client, stored);
            let report = self.phase("down/64MiB", 1).run(down).await?;
            self.done(report.carrying(LARGE));
        }
        let last = Arc::new(Mutex::new(None));
        let up = upload(&client, small, &last);
        let report = self.phase("up/4KiB", SENDERS).run(up).await?;
        self.done(report);
        let stored = *last.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(stored) = stored {
            let down = download(&client, stored);
            let report = self.phase("down/4KiB", SENDERS).run(down).await?;
            self.done(report);
        }
        Ok(())
    }

    /// Large files up, and by turns the bound: the same bytes in a new file on the same disk, `fsync` included. Gives the last
    /// one that is stored.
    async fn large_up(
        &mut self,
        client: &Client,
        path: &Path,
        folder: &Path,
    ) -> Result<Option<FileId>, BenchError> {
        let (bytes, plain): (Arc<[u8]>, _) = (noise(LARGE).into(), folder.join("plain"));
        let (own, measured) = (Measured::this_program(None), self.target.measured);
        let time = self.load.time() / SLICES;
        let mut last = None;
        let (mut written, mut sent) = (None, None);
        for _ in 0..SLICES {
            let sample = repeat(
                own,
                time,
                async || write_plain(Arc::clone(&bytes), plain.clone()).await,
                async |()| Ok(tokio::fs::remove_file(&plain).await?),
            );
            written = Some(with(written, sample.await?));
            let sample = repeat(
                measured,
                time,
                async || {
                    let file = tokio::fs::File::open(path).await?;
                    Ok(client.upload_file(None, None, file).await?.id)
                },
                async |stored| match last.replace(stored) {
                    Some(before) => Ok(client.delete_file(before).await?),
                    None => Ok(()),
                },
            );
            sent = Some(with(sent, sample.await?));
        }
        for (name, sample) in [("bound: plain write 64MiB", written), ("up/64MiB", sent)] {
            if let Some(sample) = sample {
                self.done(Report::new(name, &sample).carrying(LARGE));
            }
        }
        Ok(last)
    }
}

/// Both as one.
fn with(earlier: Option<Sample>, sample: Sample) -> Sample {
    match earlier {
        Some(earlier) => earlier.and(sample),
        None => sample,
    }
}

/// Does `work` again and again, one after the other, until the time is over. What it leaves is removed each time, or the disk
/// would fill up: that is not part of how long it took.
async fn repeat<T>(
    measured: Measured,
    time: Duration,
    mut work: impl AsyncFnMut() -> Result<T, BenchError>,
    mut remove: impl AsyncFnMut(T) -> Result<(), BenchError>,
) -> Result<Sample, BenchError> {
    let watch = Watch::start(measured);
    let mut times = Vec::new();
    while watch.began.elapsed() < time {
        let began = Instant::now();
        let made = work().await?;
        times.push(began.elapsed());
        remove(made).await?;
    }
    Ok(watch.sample(times, 1))
}

async fn write_plain(bytes: Arc<[u8]>, path: PathBuf) -> Result<(), BenchError> {
    let written = tokio::task::spawn_blocking(move || {
        let mut file = std::fs::File::create_new(path)?;
        file.write_all(&bytes)?;
        file.sync_all()
    });
    let written = written.await.map_err(std::io::Error::other);
    Ok(written.flatten()?)
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
