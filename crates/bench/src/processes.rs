//! What `/proc` says of processes and of the machine (proc(5)).

use std::fs;

/// Clock ticks per second: 100 on every Linux that programs see (`USER_HZ`).
const TICKS: f64 = 100.0;

/// CPU seconds so far.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Cpu {
    /// Of the server; None if its process is not known.
    pub(crate) server: Option<f64>,
    /// Of this program.
    pub(crate) generator: f64,
    /// Of the whole machine.
    pub(crate) machine: f64,
}

impl Cpu {
    pub(crate) fn now(server: Option<u32>) -> Self {
        Self {
            server: server.and_then(|pid| of_process(&pid.to_string())),
            generator: of_process("self").unwrap_or_default(),
            machine: of_machine().unwrap_or_default(),
        }
    }

    /// What was used since `earlier`.
    pub(crate) fn since(self, earlier: Self) -> Self {
        Self {
            server: self
                .server
                .zip(earlier.server)
                .map(|(now, then)| now - then),
            generator: self.generator - earlier.generator,
            machine: self.machine - earlier.machine,
        }
    }
}

/// Resident memory of a process in bytes.
pub(crate) fn resident(pid: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kilobytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kilobytes * 1024)
}

fn of_process(pid: &str) -> Option<f64> {
    process_seconds(&fs::read_to_string(format!("/proc/{pid}/stat")).ok()?)
}

fn of_machine() -> Option<f64> {
    machine_seconds(&fs::read_to_string("/proc/stat").ok()?)
}

/// User and system time: the fields 14 and 15. The second field, the name, may hold anything up to the last bracket.
fn process_seconds(stat: &str) -> Option<f64> {
    let (_, fields) = stat.rsplit_once(')')?;
    let mut times = fields.split_whitespace().skip(11).map(str::parse::<f64>);
    Some((times.next()?.ok()? + times.next()?.ok()?) / TICKS)
}

/// The time in which the machine's processors were neither idle nor waiting for a disk.
fn machine_seconds(stat: &str) -> Option<f64> {
    let fields = stat.lines().next()?.strip_prefix("cpu ")?;
    let times: Option<Vec<f64>> = fields
        .split_whitespace()
        .take(8)
        .map(|field| field.parse().ok())
        .collect();
    let times = times?;
    let idle: f64 = times.iter().skip(3).take(2).sum();
    Some((times.iter().sum::<f64>() - idle) / TICKS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_the_kernel_writes() {
        let stat = "7 (a) b) S 1 7 7 0 -1 4194560 1 2 3 4 150 50 9 9 20 0 1 0 5 6 7";
        assert_eq!(process_seconds(stat), Some(2.0));
        let stat = "cpu  100 100 100 5000 700 0 50 50 0 0\ncpu0 1 1 1 1";
        assert_eq!(machine_seconds(stat), Some(4.0));
    }

    #[test]
    fn this_process_has_memory_and_time() {
        assert!(resident(std::process::id()).unwrap() > 100_000);
        assert!(of_process("self").is_some() && of_machine().is_some());
    }
}
