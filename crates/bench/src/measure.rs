//! The order of a measurement: every set-up in every run, then the medians.

use clap::ValueEnum as _;

use crate::error::BenchError;
use crate::facts;
use crate::options::{GrowthOptions, LoadOptions, RunOptions};
use crate::phases::{self, Kind};
use crate::report::{self, Report};
use crate::setup::Setup;

/// Measures what the options ask for.
pub(crate) async fn run(options: &RunOptions) -> Result<(), BenchError> {
    let setups = Setup::of_run(options).await?;
    let kinds = kinds(&options.load, |kind| kind != Kind::Grown);
    let reports = medians(&setups, &kinds, &options.load).await?;
    conclude(&reports);
    if options.setup.against.is_some() {
        compare(&setups, &reports);
    }
    verdict(&reports)
}

/// Measures the same on a small and on a large database.
pub(crate) async fn growth(options: &GrowthOptions) -> Result<(), BenchError> {
    let setups = Setup::of_growth(options).await?;
    let kinds = kinds(&options.load, Kind::can_grow);
    let reports = medians(&setups, &kinds, &options.load).await?;
    conclude(&reports);
    compare(&setups, &reports);
    verdict(&reports)
}

/// A phase that failed is a failure of the whole, once everything else has been told.
fn verdict(reports: &[Report]) -> Result<(), BenchError> {
    match reports.iter().filter(|report| report.has_failed()).count() {
        0 => Ok(()),
        failed => Err(BenchError::Failed(failed)),
    }
}

fn conclude(reports: &[Report]) {
    report::say(&format!("\n{}", facts::machine()));
    report::table(reports);
    report::verdicts(reports);
}

/// Set-ups come in pairs.
fn compare(setups: &[Setup], reports: &[Report]) {
    for pair in setups.chunks(2) {
        if let [before, after] = pair {
            report::ratios(reports, &before.name, &after.name);
        }
    }
}

fn kinds(load: &LoadOptions, usual: impl Fn(Kind) -> bool) -> Vec<Kind> {
    let wanted = |kind: &Kind| {
        if load.only.is_empty() {
            usual(*kind)
        } else {
            load.only.contains(kind)
        }
    };
    Kind::value_variants()
        .iter()
        .copied()
        .filter(wanted)
        .collect()
}

/// Runs everything as often as asked. Set-ups take turns, every other time in the opposite order, so that whatever else the
/// machine does hits all alike.
async fn medians(
    setups: &[Setup],
    kinds: &[Kind],
    load: &LoadOptions,
) -> Result<Vec<Report>, BenchError> {
    let mut reports = Vec::new();
    for run in 0..load.runs.get() {
        let mut order: Vec<_> = setups.iter().collect();
        if run % 2 == 1 {
            order.reverse();
        }
        for setup in order {
            let target = setup.start().await?;
            let measured = phases::run(&setup.name, target, kinds, load, run == 0).await?;
            reports.extend(measured);
        }
    }
    let mut medians = Vec::new();
    for setup in setups {
        let own: Vec<_> = reports.iter().filter(|one| one.on == setup.name).collect();
        let mut phases: Vec<&str> = Vec::new();
        for report in &own {
            if !phases.contains(&report.phase.as_str()) {
                phases.push(&report.phase);
            }
        }
        for phase in phases {
            let runs = own.iter().filter(|one| one.phase == phase);
            let runs: Vec<_> = runs.map(|one| (*one).clone()).collect();
            medians.extend(Report::of_runs(&runs));
        }
    }
    Ok(medians)
}
