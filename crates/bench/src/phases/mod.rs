//! What is measured, in order.

mod accounts;
mod crowd;
mod delivery;
mod fan_out;
mod files;
mod reads;
mod sends;
mod sockets;

use clap::ValueEnum;

use crate::error::BenchError;
use crate::options::Options;
use crate::report::{Report, print};
use crate::target::Target;
use crowd::Crowd;

/// A phase, or several that differ in a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Kind {
    /// Making accounts.
    Register,
    /// Logging in.
    Login,
    /// Sending, without anybody who listens.
    Send,
    /// From sending to the other's WebSocket.
    Delivery,
    /// One message to a group of people who listen.
    FanOut,
    /// A small thing, and a page of history.
    Reads,
    /// Files up and down, beside a plain write to the same disk.
    Files,
    /// WebSockets on which nothing happens.
    Sockets,
}

/// Runs the phases that are asked for; prints each as soon as it is over.
pub(crate) async fn run(target: &Target, options: &Options) -> Result<Vec<Report>, BenchError> {
    let crowd = Crowd::new(&target.server);
    let bench = Bench {
        target,
        options,
        crowd,
    };
    let mut reports = Vec::new();
    for kind in Kind::value_variants() {
        if !options.only.is_empty() && !options.only.contains(kind) {
            continue;
        }
        match kind {
            Kind::Register => reports.push(bench.register().await?),
            Kind::Login => reports.push(bench.log_in().await?),
            Kind::Send => bench.send(&mut reports).await?,
            Kind::Delivery => bench.deliver(&mut reports).await?,
            Kind::FanOut => bench.fan_out(&mut reports).await?,
            Kind::Reads => bench.read(&mut reports).await?,
            Kind::Files => bench.files(&mut reports).await?,
            Kind::Sockets => reports.push(bench.sockets().await?),
        }
    }
    Ok(reports)
}

/// What every phase needs.
struct Bench<'a> {
    target: &'a Target,
    options: &'a Options,
    crowd: Crowd,
}

/// Prints it, and keeps it for the table.
fn done(reports: &mut Vec<Report>, report: Report) {
    print(&report);
    reports.push(report);
}
