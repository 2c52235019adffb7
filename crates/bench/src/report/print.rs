#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "the one place that prints"
)]

use std::error::Error;

use super::{Idle, Report};

/// What the figures of a row mean.
const HEAD: [&str; 12] = [
    "on",
    "phase",
    "n",
    "rate/s",
    "p50 ms",
    "p99 ms",
    "max ms",
    "CPU s / 1000",
    "RSS MiB",
    "generator CPU s",
    "other load",
    "",
];
/// Said below a table in which something stands in brackets.
const BRACKETS: &str = "In brackets: the generator or somebody else was in the way (the last column says who), so that rate \
    and times are not the server's. Its CPU time is.";

/// One line of JSON.
pub(crate) fn line(report: &Report) {
    match serde_json::to_string(report) {
        Ok(json) => println!("{json}"),
        Err(error) => complain(&error),
    }
}

/// Everything at a glance, in Markdown.
pub(crate) fn table(reports: &[Report]) {
    let head = HEAD.map(str::to_owned).to_vec();
    let rows: Vec<_> = reports.iter().map(row).collect();
    grid(&head, &rows);
    if reports.iter().any(|report| !report.valid) {
        println!("\n{BRACKETS}");
    }
}

/// A table in Markdown that can also be read as it is.
pub(super) fn grid(head: &[String], rows: &[Vec<String>]) {
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        let longest = cells.map(|cell| cell.chars().count()).max().unwrap_or(0);
        longest.max(head.get(column).map_or(0, |cell| cell.chars().count()))
    };
    let widths: Vec<usize> = (0..head.len()).map(width).collect();
    let print = |cells: &[String]| {
        let padded = cells.iter().zip(&widths);
        let padded: Vec<_> = padded
            .map(|(cell, width)| format!("{cell:<width$}"))
            .collect();
        println!("| {} |", padded.join(" | "));
    };
    println!();
    print(head);
    let rules: Vec<_> = widths
        .iter()
        .map(|width| "-".repeat((*width).max(3)))
        .collect();
    print(&rules);
    for row in rows {
        print(row);
    }
}

fn row(one: &Report) -> Vec<String> {
    let own = |figure: f64, digits: usize| {
        let figure = format!("{figure:.digits$}");
        if one.valid {
            figure
        } else {
            format!("({figure})")
        }
    };
    let cpu = one.server_cpu_s_per_1000;
    let memory = one.server_rss_bytes.map(mebibytes);
    vec![
        one.on.clone(),
        one.phase.clone(),
        one.n.to_string(),
        own(one.rate, 1),
        own(one.p50_ms, 2),
        own(one.p99_ms, 2),
        own(one.max_ms, 2),
        cpu.map_or_else(|| "?".to_owned(), |cpu| format!("{cpu:.4}")),
        memory.unwrap_or_else(|| "?".to_owned()),
        format!("{:.2}", one.generator_cpu_s),
        format!("{:.2}", one.other_load),
        remark(one),
    ]
}

/// What only some rows have.
fn remark(one: &Report) -> String {
    let mut remarks = Vec::new();
    if let Some(reason) = &one.failed {
        remarks.push(format!("FAILED: {reason}"));
    } else if !one.valid {
        remarks.push(format!("limited by: {:?}", one.bottleneck));
    }
    if let Some(speed) = one.mib_per_s {
        remarks.push(format!("{speed} MiB/s"));
    }
    if let Some(growth) = one.rss_growth_bytes {
        remarks.push(format!("memory rose by {} MiB", mebibytes(growth)));
    }
    if let Some(Idle {
        bytes_each,
        processor,
    }) = one.idle
    {
        let processor = processor.unwrap_or_default() * 100.0;
        let each = bytes_each.unwrap_or_default();
        remarks.push(format!(
            "{each} bytes each, {processor:.1} % of a processor"
        ));
    }
    remarks.join("; ")
}

fn mebibytes(bytes: u64) -> String {
    (bytes / (1024 * 1024)).to_string()
}

/// Something between the lines of JSON.
pub(crate) fn say(text: &str) {
    println!("{text}");
}

/// Why there is nothing to report.
pub(crate) fn complain(error: &dyn Error) {
    eprintln!("bench: {error}");
}
