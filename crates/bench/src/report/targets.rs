//! The project's targets, beside what was measured.

use super::Report;
use super::figures::round;
use super::print::grid;

/// What a target is about: the figure, out of the reports of one set-up.
type Figure = fn(&Of<'_>) -> Option<f64>;

/// The reports of one set-up, by phase.
struct Of<'a>(Vec<&'a Report>);

impl Of<'_> {
    fn phase(&self, name: &str) -> Option<&Report> {
        let found = self.0.iter().find(|report| report.phase == name);
        found.copied().filter(|report| !report.has_failed())
    }

    fn cpu(&self, name: &str) -> Option<f64> {
        self.phase(name)?.server_cpu_s_per_1000
    }

    /// Rates and times count where they are the server's.
    fn own(&self, name: &str, figure: fn(&Report) -> f64) -> Option<f64> {
        self.phase(name).filter(|report| report.valid).map(figure)
    }

    fn speed(&self, name: &str) -> Option<f64> {
        self.phase(name).filter(|report| report.valid)?.mib_per_s
    }

    /// The slower of what one core encrypts and what the disk takes.
    fn slowest(&self) -> Option<f64> {
        let cipher = self.phase("bound: openssl aes-256-gcm")?.mib_per_s?;
        Some(cipher.min(self.phase("bound: plain write 64MiB")?.mib_per_s?))
    }

    /// One whose number is not known.
    fn beginning(&self, name: &str) -> Option<&Report> {
        let found = self.0.iter().find(|report| report.phase.starts_with(name));
        found.copied()
    }
}

/// What, on which database (both if empty), the bound, and whether it is the least or the most.
struct Target {
    what: &'static str,
    on: &'static str,
    most: bool,
    bound: f64,
    figure: Figure,
}

const fn most(what: &'static str, on: &'static str, bound: f64, figure: Figure) -> Target {
    Target {
        what,
        on,
        most: true,
        bound,
        figure,
    }
}

const fn least(what: &'static str, on: &'static str, bound: f64, figure: Figure) -> Target {
    Target {
        most: false,
        ..most(what, on, bound, figure)
    }
}

const MIB: f64 = 1_048_576.0;

const TARGETS: [Target; 25] = [
    most("send/64: CPU s / 1000", "sqlite", 0.12, |of| {
        of.cpu("send/64")
    }),
    least("send/64: rate", "sqlite", 6000.0, |of| {
        of.own("send/64", |r| r.rate)
    }),
    most("send/64: p99 ms", "sqlite", 20.0, |of| {
        of.own("send/64", |r| r.p99_ms)
    }),
    most("send/64: CPU s / 1000", "postgres", 0.20, |of| {
        of.cpu("send/64")
    }),
    most("send/64: p99 ms", "postgres", 30.0, |of| {
        of.own("send/64", |r| r.p99_ms)
    }),
    most("delivery/50s: p50 ms", "sqlite", 2.0, |of| {
        of.own("delivery/50s", |r| r.p50_ms)
    }),
    most("delivery/50s: p99 ms", "sqlite", 8.0, |of| {
        of.own("delivery/50s", |r| r.p99_ms)
    }),
    most("delivery/64: CPU s / 1000", "sqlite", 0.10, |of| {
        of.cpu("delivery/64")
    }),
    most("fan-out/100: last one, p50 ms", "", 3.0, |of| {
        of.own("fan-out/100", |r| r.p50_ms)
    }),
    most("idle socket: KiB", "", 16.0, |of| {
        let idle = of.beginning("sockets/")?.idle?;
        Some(super::count(usize::try_from(idle.bytes_each?).ok()?) / 1024.0)
    }),
    most("idle sockets: part of a core", "", 0.05, |of| {
        of.beginning("sockets/")?.idle?.processor
    }),
    most("start: RSS MB", "sqlite", 20.0, |of| {
        let bytes = of.phase("start")?.server_rss_bytes?;
        Some(super::count(usize::try_from(bytes).ok()?) / 1_000_000.0)
    }),
    most("start: p50 ms", "sqlite", 50.0, |of| {
        of.own("start", |r| r.p50_ms)
    }),
    least("me: CPU of the bound / its own", "sqlite", 0.6, |of| {
        Some(of.cpu("bound: actix token+hop+row")? / of.cpu("me")?)
    }),
    most(
        "login: CPU of its own / of the hash",
        "sqlite",
        1.15,
        |of| Some(of.cpu("login")? / of.cpu("bound: Argon2id")?),
    ),
    most("me beside logins: p99 ms", "", 50.0, |of| {
        of.own("me beside logins", |r| r.p99_ms)
    }),
    least("up/64MiB: MiB/s", "", 400.0, |of| of.speed("up/64MiB")),
    most("up/64MiB: CPU s each", "", 0.15, |of| {
        Some(of.cpu("up/64MiB")? / 1000.0)
    }),
    least(
        "up/64MiB / slower of cipher and disk",
        "sqlite",
        0.7,
        |of| Some(of.speed("up/64MiB")? / of.slowest()?),
    ),
    least(
        "down/64MiB / slower of cipher and disk",
        "sqlite",
        0.7,
        |of| Some(of.speed("down/64MiB")? / of.slowest()?),
    ),
    most("large file up: growth of RSS, MiB", "", 16.0, |of| {
        let bytes =
            of.0.iter()
                .find(|one| is_large(one, "up/"))?
                .rss_growth_bytes?;
        Some(super::count(usize::try_from(bytes).ok()?) / MIB)
    }),
    most("large file down: growth of RSS, MiB", "", 16.0, |of| {
        let bytes =
            of.0.iter()
                .find(|one| is_large(one, "down/"))?
                .rss_growth_bytes?;
        Some(super::count(usize::try_from(bytes).ok()?) / MIB)
    }),
    most("history/100s: p99 ms", "", 5.0, |of| {
        of.own("history/100s", |r| r.p99_ms)
    }),
    most("history: p99 ms", "", 5.0, |of| {
        of.own("history", |r| r.p99_ms)
    }),
    most("history of the long one: p99 ms", "", 5.0, |of| {
        of.own("history of the long one", |r| r.p99_ms)
    }),
];

fn is_large(report: &Report, direction: &str) -> bool {
    report.phase.starts_with(direction) && report.phase.ends_with("once")
}

/// Each target that something was measured for, in Markdown.
pub(crate) fn verdicts(reports: &[Report]) {
    let mut setups: Vec<&str> = Vec::new();
    for report in reports {
        if !setups.contains(&report.on.as_str()) {
            setups.push(&report.on);
        }
    }
    let mut rows = Vec::new();
    for setup in setups {
        let of = Of(reports.iter().filter(|report| report.on == setup).collect());
        let targets = TARGETS.iter().filter(|target| setup.starts_with(target.on));
        rows.extend(targets.filter_map(|target| row(setup, target, &of)));
    }
    if !rows.is_empty() {
        let head = ["on", "target", "at", "measured", "reached"];
        grid(&head.map(str::to_owned), &rows);
    }
}

fn row(setup: &str, target: &Target, of: &Of<'_>) -> Option<Vec<String>> {
    let measured = (target.figure)(of)?;
    let (sign, reached) = if target.most {
        ("≤", measured <= target.bound)
    } else {
        ("≥", measured >= target.bound)
    };
    Some(vec![
        setup.to_owned(),
        target.what.to_owned(),
        format!("{sign} {}", target.bound),
        round(measured, 3).to_string(),
        if reached { "yes" } else { "no" }.to_owned(),
    ])
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::processes::Cpu;
    use crate::report::Sample;

    fn report(phase: &str, server: f64) -> Report {
        let sample = Sample {
            times: vec![Duration::from_millis(1); 1000],
            operations: 1000,
            elapsed: Duration::from_secs(1),
            cpu: Cpu {
                server: Some(server),
                ..Cpu::default()
            },
            memory: None,
        };
        Report::new(phase, &sample).on("sqlite")
    }

    #[test]
    fn a_target_is_reached_or_not_or_not_measured() {
        let reports = [report("me", 0.2), report("bound: actix token+hop+row", 0.1)];
        let of = Of(reports.iter().collect());
        let rows = TARGETS
            .iter()
            .filter_map(|target| row("sqlite", target, &of));
        let rows: Vec<_> = rows.collect();
        assert_eq!(rows.len(), 1, "{rows:?}");
        assert_eq!(rows[0][2..], ["≥ 0.6", "0.5", "no"]);
    }

    #[test]
    fn a_rate_that_is_not_the_servers_reaches_nothing() {
        let mut fast = report("send/64", 0.1);
        fast.valid = false;
        let reports = [fast];
        let of = Of(reports.iter().collect());
        let measured = TARGETS.iter().filter_map(|target| (target.figure)(&of));
        assert_eq!(
            measured.collect::<Vec<_>>(),
            [0.1, 0.1],
            "its CPU time counts"
        );
    }
}
