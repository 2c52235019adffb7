//! What was measured, for programs and for people.

mod compare;
mod figures;
mod print;
mod targets;

use std::error::Error;
use std::time::Duration;

use serde::Serialize;

use crate::processes::Cpu;
pub(crate) use compare::ratios;
use figures::{count, mean, median, percentile, round};
pub(crate) use print::{complain, line, say, table};
pub(crate) use targets::verdicts;

/// Who was in the way of a higher rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Bottleneck {
    /// The server, or the disk under it: the rate is its own.
    Server,
    /// This program used as much of the processors as the server: the rate is no result.
    Generator,
    /// Something else on the machine used much of them: no figure but the server's own CPU time is a result.
    OtherLoad,
    /// The server's process is not known.
    Unknown,
}

/// What a phase measured.
pub(crate) struct Sample {
    /// How long each took, in order.
    pub(crate) times: Vec<Duration>,
    /// What the server's time is divided by: as many as `times`, unless one of those stands for several.
    pub(crate) operations: usize,
    /// How long the phase took.
    pub(crate) elapsed: Duration,
    pub(crate) cpu: Cpu,
    /// The server's resident memory at the end.
    pub(crate) memory: Option<u64>,
}

impl Sample {
    /// What this phase and its next part measured.
    pub(crate) fn and(mut self, next: Self) -> Self {
        self.times.extend(next.times);
        self.times.sort_unstable();
        Self {
            times: self.times,
            operations: self.operations + next.operations,
            elapsed: self.elapsed + next.elapsed,
            cpu: self.cpu.and(next.cpu),
            memory: next.memory,
        }
    }
}

/// What connections cost on which nothing happens.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub(crate) struct Idle {
    /// Resident memory of the server that each took.
    bytes_each: Option<u64>,
    /// The part of one processor that the server used for all of them.
    processor: Option<f64>,
}

impl Idle {
    /// `memory` is the server's with them and without.
    pub(crate) fn new(
        connections: usize,
        memory: Option<(u64, u64)>,
        cpu: Cpu,
        elapsed: Duration,
    ) -> Self {
        let connections = u64::try_from(connections).unwrap_or(u64::MAX).max(1);
        let each = |(full, empty): (u64, u64)| full.saturating_sub(empty) / connections;
        Self {
            bytes_each: memory.map(each),
            processor: cpu
                .server
                .map(|used| round(used / elapsed.as_secs_f64(), 4)),
        }
    }
}

/// A phase, or the medians of several runs of it.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Report {
    /// Which set-up.
    pub(crate) on: String,
    pub(crate) phase: String,
    runs: usize,
    n: usize,
    /// Per second.
    rate: f64,
    mean_ms: f64,
    p50_ms: f64,
    p99_ms: f64,
    max_ms: f64,
    server_cpu_s_per_1000: Option<f64>,
    server_rss_bytes: Option<u64>,
    generator_cpu_s: f64,
    /// How many processors everybody else kept busy.
    other_load: f64,
    bottleneck: Bottleneck,
    /// Why it was not measured.
    #[serde(skip_serializing_if = "Option::is_none")]
    failed: Option<String>,
    /// Whether rate and times are the server's own. Its CPU time is, whoever was in the way.
    valid: bool,
    /// Of what carries many bytes: all of them in all the time that they took, so that a disk that stalls counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    mib_per_s: Option<f64>,
    /// By how much the server's resident memory rose at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    rss_growth_bytes: Option<u64>,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    idle: Option<Idle>,
}

impl Report {
    pub(crate) fn new(phase: impl Into<String>, sample: &Sample) -> Self {
        let (times, cpu) = (&sample.times, sample.cpu);
        let seconds = sample.elapsed.as_secs_f64();
        let thousands = count(sample.operations) / 1000.0;
        let others = cpu.machine - cpu.generator - cpu.server.unwrap_or_default();
        let other_load = (others / seconds).max(0.0);
        let bottleneck = bottleneck(cpu, seconds, other_load);
        Self {
            on: String::new(),
            phase: phase.into(),
            runs: 1,
            n: times.len(),
            rate: round(count(times.len()) / seconds, 1),
            mean_ms: mean(times),
            p50_ms: percentile(times, 50),
            p99_ms: percentile(times, 99),
            max_ms: percentile(times, 100),
            server_cpu_s_per_1000: cpu.server.map(|used| round(used / thousands, 4)),
            server_rss_bytes: sample.memory,
            generator_cpu_s: round(cpu.generator, 2),
            other_load: round(other_load, 2),
            failed: None,
            valid: bottleneck == Bottleneck::Server,
            bottleneck,
            mib_per_s: None,
            rss_growth_bytes: None,
            idle: None,
        }
    }

    /// A phase that came to no end.
    pub(crate) fn failed(phase: impl Into<String>, error: &dyn Error) -> Self {
        let nothing = Sample {
            times: Vec::new(),
            operations: 0,
            elapsed: Duration::from_secs(1),
            cpu: Cpu::default(),
            memory: None,
        };
        Self {
            failed: Some(error.to_string()),
            valid: false,
            ..Self::new(phase, &nothing)
        }
    }

    /// Whether it came to no end.
    pub(crate) const fn has_failed(&self) -> bool {
        self.failed.is_some()
    }

    /// The same under the name of its set-up.
    pub(crate) fn on(mut self, setup: &str) -> Self {
        setup.clone_into(&mut self.on);
        self
    }

    /// The same of operations that carry so many bytes each, one after the other.
    pub(crate) fn carrying(mut self, bytes: usize) -> Self {
        let mebibytes = count(bytes) / (1024.0 * 1024.0);
        self.mib_per_s = Some(round(mebibytes / (self.mean_ms / 1000.0), 1));
        self
    }

    /// The same where each of the times stands for several operations: the rate is theirs.
    pub(crate) fn of_batches(mut self, size: usize) -> Self {
        self.rate = round(self.rate * count(size), 1);
        self
    }

    /// The same of something whose speed was told by another program.
    pub(crate) fn at_speed(mut self, mib_per_s: f64) -> Self {
        self.mib_per_s = Some(round(mib_per_s, 1));
        self
    }

    /// The same while the server's memory rose so far.
    pub(crate) const fn growing(mut self, bytes: Option<u64>) -> Self {
        self.rss_growth_bytes = bytes;
        self
    }

    /// The same of connections on which nothing happened.
    pub(crate) const fn idle(mut self, idle: Idle) -> Self {
        self.idle = Some(idle);
        self
    }

    /// The medians of the runs of one phase, figure by figure; valid if every run was.
    pub(crate) fn of_runs(runs: &[Self]) -> Option<Self> {
        let first = runs.first()?;
        let over = |figure: &dyn Fn(&Self) -> f64| median(runs.iter().map(figure)).unwrap_or(0.0);
        let maybe = |figure: &dyn Fn(&Self) -> Option<f64>| median(runs.iter().filter_map(figure));
        let bytes = |figure: &dyn Fn(&Self) -> Option<u64>| {
            let mut found: Vec<_> = runs.iter().filter_map(figure).collect();
            found.sort_unstable();
            found.get(found.len() / 2).copied()
        };
        let worst = runs.iter().find(|run| !run.valid).unwrap_or(first);
        Some(Self {
            runs: runs.len(),
            rate: over(&|run| run.rate),
            mean_ms: over(&|run| run.mean_ms),
            p50_ms: over(&|run| run.p50_ms),
            p99_ms: over(&|run| run.p99_ms),
            max_ms: over(&|run| run.max_ms),
            server_cpu_s_per_1000: maybe(&|run| run.server_cpu_s_per_1000),
            server_rss_bytes: bytes(&|run| run.server_rss_bytes),
            generator_cpu_s: over(&|run| run.generator_cpu_s),
            other_load: over(&|run| run.other_load),
            bottleneck: worst.bottleneck,
            valid: worst.valid,
            mib_per_s: maybe(&|run| run.mib_per_s),
            rss_growth_bytes: bytes(&|run| run.rss_growth_bytes),
            ..first.clone()
        })
    }
}

/// The part of the processors that others may keep busy before a rate is no result any longer.
const MUCH: f64 = 0.15;

/// A server that waits is no bottleneck of its own unless it waits for its disk; the generator is one as soon as it
/// takes processor time that the server could have had.
fn bottleneck(cpu: Cpu, seconds: f64, other_load: f64) -> Bottleneck {
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    let Some(server) = cpu.server else {
        return Bottleneck::Unknown;
    };
    let idle = count(processors) - cpu.machine / seconds;
    if idle > 0.2 * count(processors) {
        Bottleneck::Server
    } else if other_load > MUCH * count(processors) {
        Bottleneck::OtherLoad
    } else if cpu.generator > server {
        Bottleneck::Generator
    } else {
        Bottleneck::Server
    }
}

#[cfg(test)]
mod tests;
