//! Workers that do one thing again and again, and how long each time took.

use std::sync::Arc;
use std::time::{Duration, Instant};

use sealpost_client::ClientError;
use tokio::task::JoinSet;

use crate::error::BenchError;
use crate::processes::{Cpu, Measured, resident};
use crate::report::{Report, Sample};

/// So many slices each of two phases has that are measured by turns.
pub(crate) const SLICES: u32 = 6;

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
        let sample = self.sample(&Arc::new(operation)).await?;
        Ok(Report::new(self.name, &sample))
    }

    /// This phase and another one, in slices by turns: whatever else the machine does meanwhile hits both.
    pub(crate) async fn by_turns<F, R, G, S>(
        mut self,
        operation: F,
        mut other: Self,
        other_operation: G,
    ) -> Result<[Report; 2], BenchError>
    where
        F: Fn(usize, u64) -> R + Send + Sync + 'static,
        R: Future<Output = Result<(), ClientError>> + Send + 'static,
        G: Fn(usize, u64) -> S + Send + Sync + 'static,
        S: Future<Output = Result<(), ClientError>> + Send + 'static,
    {
        let operations = (Arc::new(operation), Arc::new(other_operation));
        self.time /= SLICES;
        other.time /= SLICES;
        let mut one = self.sample(&operations.0).await?;
        let mut two = other.sample(&operations.1).await?;
        for _ in 1..SLICES {
            one = one.and(self.sample(&operations.0).await?);
            two = two.and(other.sample(&operations.1).await?);
        }
        Ok([Report::new(self.name, &one), Report::new(other.name, &two)])
    }

    /// Begins `operation` at a pace of its own, whether the ones before have ended or not, until the time is over.
    pub(crate) async fn paced<R>(
        self,
        pause: Duration,
        operation: impl Fn() -> R,
    ) -> Result<Report, BenchError>
    where
        R: Future<Output = Result<(), ClientError>> + Send + 'static,
    {
        let watch = Watch::start(self.measured);
        let mut ticks = tokio::time::interval(pause);
        let mut under_way = JoinSet::new();
        while watch.began.elapsed() < self.time {
            ticks.tick().await;
            let (began, one) = (Instant::now(), operation());
            under_way.spawn(async move { one.await.map(|()| began.elapsed()) });
        }
        let mut times = Vec::new();
        while let Some(one) = under_way.join_next().await {
            times.push(one??);
        }
        Ok(watch.report(self.name, times, 1))
    }

    async fn sample<F, R>(&self, operation: &Arc<F>) -> Result<Sample, BenchError>
    where
        F: Fn(usize, u64) -> R + Send + Sync + 'static,
        R: Future<Output = Result<(), ClientError>> + Send + 'static,
    {
        let watch = Watch::start(self.measured);
        let until = watch.began + self.time;
        let mut workers = JoinSet::new();
        for worker in 0..self.workers {
            let operation = Arc::clone(operation);
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
        Ok(watch.sample(times, 1))
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
