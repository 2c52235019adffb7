//! Set-ups beside each other.

use super::Report;
use super::figures::round;
use super::print::grid;

/// Each phase of `after` as a multiple of the same one of `before`, in Markdown.
pub(crate) fn ratios(reports: &[Report], before: &str, after: &str) {
    let of = |on: &str, phase: &str| {
        let found = |report: &&Report| report.on == on && report.phase == phase;
        reports.iter().find(found)
    };
    let head = [
        &format!("{after} / {before}"),
        "CPU s / 1000",
        "p50",
        "p99",
        "rate",
    ];
    let rows = reports.iter().filter(|report| report.on == after);
    let rows = rows.filter_map(|report| {
        let earlier = of(before, &report.phase)?;
        let cpu = report.server_cpu_s_per_1000;
        let cpu = cpu.zip(earlier.server_cpu_s_per_1000);
        let own = report.valid && earlier.valid;
        let shown = |pair: (f64, f64)| if own { times(pair) } else { "–".to_owned() };
        Some(vec![
            report.phase.clone(),
            cpu.map_or_else(|| "?".to_owned(), times),
            shown((report.p50_ms, earlier.p50_ms)),
            shown((report.p99_ms, earlier.p99_ms)),
            shown((report.rate, earlier.rate)),
        ])
    });
    grid(&head.map(str::to_owned), &rows.collect::<Vec<_>>());
}

fn times((now, then): (f64, f64)) -> String {
    let ratio = round(now / then, 2);
    if ratio.is_finite() {
        format!("{ratio:.2}")
    } else {
        "?".to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::times;

    #[test]
    fn a_ratio_to_nothing_is_none() {
        assert_eq!(times((3.0, 2.0)), "1.50");
        assert_eq!(times((3.0, 0.0)), "?");
    }
}
