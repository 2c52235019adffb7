//! Starting again on a database that is there, and what the server then takes.

use std::time::Duration;

use super::{Bench, Report};
use crate::error::BenchError;
use crate::load::Watch;
use crate::processes::{Measured, resident, used_so_far};

/// How often.
const STARTS: usize = 7;
/// Until what a start does beside has been done.
const PAUSE: Duration = Duration::from_secs(1);

impl Bench<'_> {
    /// Nothing for a server that is not ours. Its CPU time is that of one start, and its memory the one a second after
    /// it was ready.
    pub(super) async fn start(&mut self) -> Result<(), BenchError> {
        let watch = Watch::start(Measured::default());
        let mut times = Vec::with_capacity(STARTS);
        for _ in 0..STARTS {
            let Some(took) = self.target.restart().await? else {
                return Ok(());
            };
            times.push(took);
            tokio::time::sleep(PAUSE).await;
        }
        let server = self.target.measured.server;
        let mut sample = watch.sample(times, 1);
        // A process of its own, whose clock began with it.
        sample.cpu.server = server.and_then(used_so_far);
        sample.operations = 1;
        sample.memory = server.and_then(resident);
        self.done(Report::new("start", &sample));
        Ok(())
    }
}
