//! What was measured, for programs and for people.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "the one place that prints"
)]

use std::error::Error;
use std::time::Duration;

use serde::Serialize;

use crate::processes::Cpu;

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

/// A phase.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Report {
    phase: String,
    n: usize,
    /// Per second.
    rate: f64,
    p50_ms: f64,
    p99_ms: f64,
    max_ms: f64,
    server_cpu_s_per_1000: Option<f64>,
    server_rss_bytes: Option<u64>,
    generator_cpu_s: f64,
    /// How many processors everybody else kept busy.
    other_load: f64,
    bottleneck: Bottleneck,
    /// Of what carries many bytes: how many of them a second, at the median.
    #[serde(skip_serializing_if = "Option::is_none")]
    mib_per_s: Option<f64>,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    idle: Option<Idle>,
}

impl Report {
    pub(crate) fn new(phase: String, sample: &Sample) -> Self {
        let (times, cpu) = (&sample.times, sample.cpu);
        let seconds = sample.elapsed.as_secs_f64();
        let thousands = count(sample.operations) / 1000.0;
        let others = cpu.machine - cpu.generator - cpu.server.unwrap_or_default();
        let other_load = (others / seconds).max(0.0);
        Self {
            n: times.len(),
            rate: round(count(times.len()) / seconds, 1),
            p50_ms: percentile(times, 50),
            p99_ms: percentile(times, 99),
            max_ms: percentile(times, 100),
            server_cpu_s_per_1000: cpu.server.map(|used| round(used / thousands, 4)),
            server_rss_bytes: sample.memory,
            generator_cpu_s: round(cpu.generator, 2),
            other_load: round(other_load, 2),
            bottleneck: bottleneck(cpu, seconds, other_load),
            mib_per_s: None,
            idle: None,
            phase,
        }
    }

    /// The same of operations that carry so many bytes each.
    pub(crate) fn carrying(mut self, bytes: usize) -> Self {
        let mebibytes = count(bytes) / (1024.0 * 1024.0);
        self.mib_per_s = Some(round(mebibytes / (self.p50_ms / 1000.0), 1));
        self
    }

    /// The same of connections on which nothing happened.
    pub(crate) const fn idle(mut self, idle: Idle) -> Self {
        self.idle = Some(idle);
        self
    }

    /// What only some phases have.
    fn remark(&self) -> String {
        let speed = self.mib_per_s.map(|speed| format!("  {speed} MiB/s"));
        let idle = self.idle.map(|idle| {
            let bytes = idle.bytes_each.unwrap_or_default();
            let processor = idle.processor.unwrap_or_default() * 100.0;
            format!("  {bytes} bytes each, {processor:.1} % of a processor")
        });
        speed.or(idle).unwrap_or_default()
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

/// In milliseconds; 0 of nothing.
fn percentile(times: &[Duration], percent: usize) -> f64 {
    let place = (times.len() * percent).div_ceil(100).saturating_sub(1);
    let time = times.get(place).copied().unwrap_or_default();
    round(time.as_secs_f64() * 1000.0, 2)
}

fn count(n: usize) -> f64 {
    u32::try_from(n).map_or(f64::INFINITY, f64::from)
}

fn round(value: f64, digits: i32) -> f64 {
    let scale = 10_f64.powi(digits);
    (value * scale).round() / scale
}

/// One line of JSON.
pub(crate) fn print(report: &Report) {
    match serde_json::to_string(report) {
        Ok(json) => println!("{json}"),
        Err(error) => complain(&error),
    }
}

/// Everything at a glance.
pub(crate) fn table(reports: &[Report]) {
    println!(
        "\n{:<13} {:>8} {:>9} {:>9} {:>9} {:>9} {:>13} {:>8} {:>9} {:>6}  bottleneck",
        "phase",
        "n",
        "rate/s",
        "p50 ms",
        "p99 ms",
        "max ms",
        "CPU s / 1000",
        "RSS MiB",
        "gen CPU s",
        "other"
    );
    for one in reports {
        let cpu = one
            .server_cpu_s_per_1000
            .map_or_else(|| "?".to_owned(), |cpu| format!("{cpu:.4}"));
        let memory = one.server_rss_bytes.map_or_else(
            || "?".to_owned(),
            |bytes| (bytes / (1024 * 1024)).to_string(),
        );
        println!(
            "{:<13} {:>8} {:>9.1} {:>9.2} {:>9.2} {:>9.2} {:>13} {:>8} {:>9.2} {:>6.2}  {:?}{}",
            one.phase,
            one.n,
            one.rate,
            one.p50_ms,
            one.p99_ms,
            one.max_ms,
            cpu,
            memory,
            one.generator_cpu_s,
            one.other_load,
            one.bottleneck,
            one.remark()
        );
    }
}

/// Why there is nothing to report.
pub(crate) fn complain(error: &dyn Error) {
    eprintln!("bench: {error}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_of_the_times_themselves() {
        let times: Vec<_> = (1..=200).map(Duration::from_millis).collect();
        assert_eq!(percentile(&times, 50), 100.0);
        assert_eq!(percentile(&times, 99), 198.0);
        assert_eq!(percentile(&times, 100), 200.0);
        assert_eq!(percentile(&[], 50), 0.0);
    }

    #[test]
    fn figures_are_per_thousand() {
        let times = vec![Duration::from_millis(1); 2000];
        let cpu = Cpu {
            server: Some(0.5),
            generator: 0.25,
            machine: 1.0,
        };
        let sample = Sample {
            times,
            operations: 2000,
            elapsed: Duration::from_secs(4),
            cpu,
            memory: None,
        };
        let report = Report::new("p".to_owned(), &sample);
        assert_eq!(report.rate, 500.0);
        assert_eq!(report.server_cpu_s_per_1000, Some(0.25));
        assert_eq!(report.other_load, 0.06);
    }

    #[test]
    fn idle_connections_are_counted_each() {
        let cpu = Cpu {
            server: Some(0.5),
            ..Cpu::default()
        };
        let idle = Idle::new(10, Some((3000, 1000)), cpu, Duration::from_secs(10));
        assert_eq!((idle.bytes_each, idle.processor), (Some(200), Some(0.05)));
    }

    #[test]
    fn whoever_takes_the_processors_is_named() {
        let processors = count(std::thread::available_parallelism().map_or(1, usize::from));
        let busy = |server, generator| Cpu {
            server: Some(server * processors),
            generator: generator * processors,
            machine: processors,
        };
        for (server, generator, named) in [
            (0.6, 0.4, Bottleneck::Server),
            (0.4, 0.6, Bottleneck::Generator),
            (0.2, 0.2, Bottleneck::OtherLoad),
        ] {
            let cpu = busy(server, generator);
            let other = (1.0 - server - generator) * processors;
            assert_eq!(bottleneck(cpu, 1.0, other), named);
        }
    }
}
