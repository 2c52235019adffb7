//! Workers that do one thing again and again, and how long each time took.

use std::sync::Arc;
use std::time::{Duration, Instant};

use sealpost_client::ClientError;
use tokio::task::JoinSet;

use crate::error::BenchError;
use crate::processes::{Cpu, Measured, resident};
use crate::report::{Report, Sample};

/// What is measured, and against which process.
pub(crate) struct Phase {
    pub(crate) name: String,
    pub(crate) workers: usize,
    pub(crate) time: Duration,
    pub(crate) measured: Measured,
}

impl Phase {
    /// Lets each worker call `operation` with its own number and the number of its call, one after the other, until the
    /// time is over. The first failure ends the phase.
    pub(crate) async fn run<F, R>(self, operation: F) -> Result<Report, BenchError>
    where
        F: Fn(usize, u64) -> R + Send + Sync + 'static,
        R: Future<Output = Result<(), ClientError>> + Send + 'static,
    {
        let operation = Arc::new(operation);
        let watch = Watch::start(self.measured);
        let until = watch.began + self.time;
        let mut workers = JoinSet::new();
        for worker in 0..self.workers {
            let operation = Arc::clone(&operation);
            workers.spawn(async move {
                let mut times = Vec::new();
                for number in 0.. {
                    let began = Instant::now();
                    if began >= until {
                        break;
                    }
                    operation(worker, number).await?;
                    times.push(began.elapsed());
                }
                Ok::<_, ClientError>(times)
            });
        }
        let mut times = Vec::new();
        while let Some(worker) = workers.join_next().await {
            times.extend(worker??);
        }
        Ok(watch.report(self.name, times, 1))
    }
}

/// The clocks, from the beginning of a phase to its end.
pub(crate) struct Watch {
    measured: Measured,
    before: Cpu,
    pub(crate) began: Instant,
}

impl Watch {
    pub(crate) fn start(measured: Measured) -> Self {
        Self {
            measured,
            before: Cpu::now(measured),
            began: Instant::now(),
        }
    }

    /// What was measured since the start; each of `times` stands for so many operations of the server.
    pub(crate) fn report(
        &self,
        name: impl Into<String>,
        times: Vec<Duration>,
        each: usize,
    ) -> Report {
        Report::new(name, &self.sample(times, each))
    }

    pub(crate) fn sample(&self, mut times: Vec<Duration>, each: usize) -> Sample {
        let elapsed = self.began.elapsed();
        times.sort_unstable();
        Sample {
            operations: times.len() * each,
            times,
            elapsed,
            cpu: Cpu::now(self.measured).since(self.before),
            memory: self.memory(),
        }
    }

    /// The server's resident memory now.
    pub(crate) fn memory(&self) -> Option<u64> {
        self.measured.server.and_then(resident)
    }
}
