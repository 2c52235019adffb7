//! WebSockets on which nothing happens: what each keeps in memory, and what all of them cost.

use std::time::{Duration, Instant};

use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::delivery::listen;
use super::{Bench, Report};
use crate::error::BenchError;
use crate::processes::{Cpu, resident};
use crate::report::{Idle, Sample, print};

/// The most of one account.
const OF_ONE: usize = 20;
/// Until what the opening cost has settled.
const SETTLING: Duration = Duration::from_secs(10);

impl Bench<'_> {
    pub(super) async fn sockets(&self) -> Result<Report, BenchError> {
        let (sockets, measured) = (self.options.sockets, self.target.measured);
        let people = self.crowd.people("i", sockets.div_ceil(OF_ONE)).await?;
        let memory = || measured.server.and_then(resident);
        tokio::time::sleep(SETTLING).await;
        let empty = memory();
        let (tell, _arrivals) = mpsc::unbounded_channel();
        let mut listeners = JoinSet::new();
        let mut times = Vec::with_capacity(sockets);
        let everybody = people.iter().flat_map(|person| [person; OF_ONE]);
        for person in everybody.take(sockets) {
            let began = Instant::now();
            listen(&person.client, tell.clone(), &mut listeners).await?;
            times.push(began.elapsed());
        }
        tokio::time::sleep(SETTLING).await;
        let (before, began) = (Cpu::now(measured), Instant::now());
        tokio::time::sleep(self.options.time.max(SETTLING * 3)).await;
        let (cpu, elapsed) = (Cpu::now(measured).since(before), began.elapsed());
        let full = memory();
        listeners.abort_all();
        times.sort_unstable();
        let sample = Sample {
            operations: sockets,
            times,
            elapsed,
            cpu,
            memory: full,
        };
        let idle = Idle::new(sockets, full.zip(empty), cpu, elapsed);
        let report = Report::new(format!("sockets/{sockets}"), &sample).idle(idle);
        print(&report);
        Ok(report)
    }
}
