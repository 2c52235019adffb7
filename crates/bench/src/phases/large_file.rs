//! A large file: what the server's memory does meanwhile.

use std::io::{BufWriter, Write as _};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use super::files::noise;
use super::{Bench, Report};
use crate::error::BenchError;
use crate::load::Watch;
use crate::processes::resident;

const MIB: usize = 1024 * 1024;
/// How often the memory is looked at.
const INTERVAL: Duration = Duration::from_millis(20);

impl Bench<'_> {
    /// Once up and once down.
    pub(super) async fn large_file(&mut self) -> Result<(), BenchError> {
        let mebibytes = self.load.large_file();
        let folder = tempfile::Builder::new()
            .prefix("sealpost-bench-")
            .tempdir()?;
        let path = folder.path().join("large");
        write_noise(&path, mebibytes)?;
        let Some(person) = self.crowd.people(1).await?.pop() else {
            return Err(BenchError::Missing(1));
        };
        let file = tokio::fs::File::open(&path).await?;
        let peak = Peak::watch(self.target.measured.server);
        let watch = Watch::start(self.target.measured);
        let stored = person.client.upload_file(None, None, file).await?;
        let report = once(&watch, format!("up/{mebibytes}MiB once"), mebibytes);
        self.done(report.growing(peak.growth().await));

        let peak = Peak::watch(self.target.measured.server);
        let watch = Watch::start(self.target.measured);
        let mut download = person.client.download_file(stored.id).await?;
        while download.chunk().await?.is_some() {}
        let report = once(&watch, format!("down/{mebibytes}MiB once"), mebibytes);
        self.done(report.growing(peak.growth().await));
        Ok(person.client.delete_file(stored.id).await?)
    }
}

/// What has just ended.
fn once(watch: &Watch, name: String, mebibytes: usize) -> Report {
    let took = Instant::now() - watch.began;
    watch.report(name, vec![took], 1).carrying(mebibytes * MIB)
}

/// The highest resident memory of a process while this runs.
struct Peak {
    before: Option<u64>,
    highest: Arc<AtomicU64>,
    over: Arc<AtomicBool>,
    task: tokio::task::JoinHandle<()>,
}

impl Peak {
    fn watch(process: Option<u32>) -> Self {
        let memory = move || process.and_then(resident);
        let (highest, over) = (
            Arc::new(AtomicU64::new(0)),
            Arc::new(AtomicBool::new(false)),
        );
        let (seen, end) = (Arc::clone(&highest), Arc::clone(&over));
        let task = tokio::spawn(async move {
            while !end.load(Ordering::Relaxed) {
                seen.fetch_max(memory().unwrap_or(0), Ordering::Relaxed);
                tokio::time::sleep(INTERVAL).await;
            }
        });
        Self {
            before: memory(),
            highest,
            over,
            task,
        }
    }

    /// By how much it rose; None if the process is not known.
    async fn growth(self) -> Option<u64> {
        self.over.store(true, Ordering::Relaxed);
        self.task.await.ok()?;
        let highest = self.highest.load(Ordering::Relaxed);
        Some(highest.saturating_sub(self.before?))
    }
}

fn write_noise(path: &Path, mebibytes: usize) -> Result<(), BenchError> {
    let mut file = BufWriter::new(std::fs::File::create(path)?);
    let piece = noise(MIB);
    for _ in 0..mebibytes {
        file.write_all(&piece)?;
    }
    file.flush()?;
    // Or the disk would still be writing it while the server writes.
    Ok(file.get_ref().sync_all()?)
}
