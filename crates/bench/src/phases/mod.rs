//! What is measured, in order.

mod accounts;
mod audience;
mod bounds;
mod crowd;
mod delivery;
mod fan_out;
mod files;
mod grown;
mod large_file;
mod reads;
mod sends;
mod sockets;
mod start;

use std::time::Duration;

use clap::ValueEnum;

use crate::error::BenchError;
use crate::options::LoadOptions;
use crate::report::{self, Report};
use crate::setup::Target;
use crowd::Crowd;

/// How long what was sent may take to arrive before it counts as lost.
const PATIENCE: Duration = Duration::from_secs(10);

/// A phase, or several that differ in a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Kind {
    /// Making accounts.
    Register,
    /// Logging in, and what others feel of it.
    Login,
    /// Sending, without anybody who listens.
    Send,
    /// From sending to the other's WebSocket.
    Delivery,
    /// One message to a group of people who listen.
    FanOut,
    /// A small thing, and a page of history.
    Reads,
    /// What is there from the start in a seeded database.
    Grown,
    /// Files up and down, beside a plain write to the same disk.
    Files,
    /// Memory while a large file goes up and down.
    LargeFile,
    /// The libraries below the server, without the server.
    Bounds,
    /// WebSockets on which nothing happens.
    Sockets,
    /// Starting on an existing database.
    Start,
}

impl Kind {
    /// Whether it is measured in the first run only: it takes long, and its figures do not scatter.
    const fn is_once(self) -> bool {
        matches!(self, Self::Sockets | Self::LargeFile)
    }

    /// Whether growth shows there: it does not where nothing is looked up.
    pub(crate) const fn can_grow(self) -> bool {
        !matches!(
            self,
            Self::Register | Self::LargeFile | Self::Bounds | Self::Sockets
        )
    }
}

/// Runs the phases that are asked for on one target; says what each was like as soon as it is over. One that fails is
/// reported, and the next one runs.
pub(crate) async fn run(
    name: &str,
    target: Target,
    kinds: &[Kind],
    load: &LoadOptions,
    is_first: bool,
) -> Result<Vec<Report>, BenchError> {
    let mut bench = Bench {
        crowd: Crowd::new(&target.server, target.seeded()),
        name,
        target,
        load,
        reports: Vec::new(),
    };
    for kind in kinds {
        let is_due = is_first || !kind.is_once();
        if is_due && let Err(error) = bench.measure(*kind).await {
            let name = kind.to_possible_value();
            let name = name.map_or_else(String::new, |name| name.get_name().to_owned());
            bench.done(Report::failed(name, &error));
        }
    }
    let Bench {
        target, reports, ..
    } = bench;
    target.stop().await?;
    Ok(reports)
}

/// What every phase needs.
struct Bench<'a> {
    name: &'a str,
    target: Target,
    load: &'a LoadOptions,
    crowd: Crowd,
    reports: Vec<Report>,
}

impl Bench<'_> {
    async fn measure(&mut self, kind: Kind) -> Result<(), BenchError> {
        let report = match kind {
            Kind::Register => self.register().await?,
            Kind::Login => {
                for report in self.log_in().await? {
                    self.done(report);
                }
                self.beside_logins().await?
            }
            Kind::Send => return self.send().await,
            Kind::Delivery => return self.deliver().await,
            Kind::FanOut => return self.fan_out().await,
            Kind::Reads => return self.read().await,
            Kind::Grown => return self.grown().await,
            Kind::Files => return self.files().await,
            Kind::LargeFile => return self.large_file().await,
            Kind::Bounds => return self.bounds().await,
            Kind::Sockets => self.sockets().await?,
            Kind::Start => return self.start().await,
        };
        self.done(report);
        Ok(())
    }

    /// Prints it, and keeps it for the table.
    fn done(&mut self, report: Report) {
        let report = report.on(self.name);
        report::line(&report);
        self.reports.push(report);
    }
}
