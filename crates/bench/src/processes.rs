//! What `/proc` says of processes and of the machine (proc(5)).

use std::fs;
use std::io;

use rustix::process::{Pid, Signal, kill_process};

/// Clock ticks per second: 100 on every Linux that programs see (`USER_HZ`).
const TICKS: f64 = 100.0;

/// The processes whose time counts.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Measured {
    /// This program itself where a lower bound is measured that runs inside of it.
    pub(crate) server: Option<u32>,
    /// The first process of a PostgreSQL server, whose children do its work.
    pub(crate) database: Option<u32>,
}

impl Measured {
    /// What this program does itself is measured, and what the database does for it.
    pub(crate) fn this_program(database: Option<u32>) -> Self {
        Self {
            server: Some(std::process::id()),
            database,
        }
    }
}

/// CPU seconds so far.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Cpu {
    /// Of the server and of its database, if that is a process of its own; None if their processes are not known.
    pub(crate) server: Option<f64>,
    /// Of this program, unless it is what is measured.
    pub(crate) generator: f64,
    /// Of the whole machine.
    pub(crate) machine: f64,
}

impl Cpu {
    pub(crate) fn now(measured: Measured) -> Self {
        let server = measured.server.and_then(|pid| of_process(&pid.to_string()));
        let database = measured.database.map_or(Some(0.0), of_family);
        let generator = (measured.server != Some(std::process::id())).then(|| of_process("self"));
        Self {
            server: server
                .zip(database)
                .map(|(server, database)| server + database),
            generator: generator.flatten().unwrap_or_default(),
            machine: of_machine().unwrap_or_default(),
        }
    }

    /// What was used together.
    pub(crate) fn and(self, other: Self) -> Self {
        Self {
            server: self.server.zip(other.server).map(|(one, two)| one + two),
            generator: self.generator + other.generator,
            machine: self.machine + other.machine,
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

/// Asks a process to end.
pub(crate) fn terminate(pid: u32) -> io::Result<()> {
    let pid = i32::try_from(pid).ok().and_then(Pid::from_raw);
    let pid = pid.ok_or(io::ErrorKind::InvalidInput)?;
    Ok(kill_process(pid, Signal::TERM)?)
}

/// CPU seconds of a process since it was started.
pub(crate) fn used_so_far(pid: u32) -> Option<f64> {
    of_process(&pid.to_string())
}

fn of_process(pid: &str) -> Option<f64> {
    process_seconds(&fs::read_to_string(format!("/proc/{pid}/stat")).ok()?)
}

/// Of a process and its children, those that have ended included.
fn of_family(parent: u32) -> Option<f64> {
    let own = fs::read_to_string(format!("/proc/{parent}/stat")).ok()?;
    let mut seconds = seconds(&own, 4)?;
    for entry in fs::read_dir("/proc").ok()?.flatten() {
        // A process that has just ended is its parent's already, or will be next time.
        let Ok(stat) = fs::read_to_string(entry.path().join("stat")) else {
            continue;
        };
        if parent_of(&stat) == Some(parent) {
            seconds += process_seconds(&stat).unwrap_or_default();
        }
    }
    Some(seconds)
}

fn of_machine() -> Option<f64> {
    machine_seconds(&fs::read_to_string("/proc/stat").ok()?)
}

/// User and system time: the fields 14 and 15.
fn process_seconds(stat: &str) -> Option<f64> {
    seconds(stat, 2)
}

/// The sum of `number` times from field 14 on: user, system, and the same of the children that have ended.
fn seconds(stat: &str, number: usize) -> Option<f64> {
    let times: Option<Vec<f64>> = fields(stat)?
        .skip(11)
        .take(number)
        .map(|field| field.parse().ok())
        .collect();
    times
        .filter(|times| times.len() == number)
        .map(|times| times.iter().sum::<f64>() / TICKS)
}

fn parent_of(stat: &str) -> Option<u32> {
    fields(stat)?.nth(1)?.parse().ok()
}

/// The fields from the third on. The second, the name, may hold anything up to the last bracket.
fn fields(stat: &str) -> Option<impl Iterator<Item = &str>> {
    let (_, fields) = stat.rsplit_once(')')?;
    Some(fields.split_whitespace())
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
        assert_eq!(seconds(stat, 4), Some(2.18));
        assert_eq!(parent_of(stat), Some(1));
        assert_eq!(process_seconds("7 (cut) S 1"), None);
        let stat = "cpu  100 100 100 5000 700 0 50 50 0 0\ncpu0 1 1 1 1";
        assert_eq!(machine_seconds(stat), Some(4.0));
    }

    #[test]
    fn this_process_has_memory_and_time() {
        assert!(resident(std::process::id()).unwrap() > 100_000);
        assert!(of_process("self").is_some() && of_machine().is_some());
        let own = std::process::id();
        assert!(of_family(own).is_some() && of_family(u32::MAX).is_none());
        assert_eq!(Cpu::now(Measured::this_program(None)).generator, 0.0);
    }
}
