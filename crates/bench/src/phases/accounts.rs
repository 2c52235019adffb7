//! Making accounts and logging in: what a password hash costs, and what is around it.

use super::crowd::HASHING;
use super::{Bench, Report};
use crate::error::BenchError;
use crate::load::Phase;
use crate::report::print;

impl Bench<'_> {
    /// A phase of so many workers that runs as long as asked.
    pub(super) fn phase(&self, name: impl Into<String>, workers: usize) -> Phase {
        Phase {
            name: name.into(),
            workers,
            time: self.options.time,
            measured: self.target.measured,
        }
    }

    pub(super) async fn register(&self) -> Result<Report, BenchError> {
        let crowd = self.crowd.clone();
        let register = move |worker, number| crowd.clone().register(format!("{worker}n{number}"));
        let report = self.phase("register", HASHING).run(register).await?;
        print(&report);
        Ok(report)
    }

    pub(super) async fn log_in(&self) -> Result<Report, BenchError> {
        let crowd = self.crowd.clone();
        crowd.clone().register("someone".to_owned()).await?;
        let log_in = move |_, _| {
            let crowd = crowd.clone();
            async move { crowd.log_in("someone".to_owned()).await.map(drop) }
        };
        let report = self.phase("login", HASHING).run(log_in).await?;
        print(&report);
        Ok(report)
    }
}
