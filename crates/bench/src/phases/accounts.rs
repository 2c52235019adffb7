//! Making accounts and logging in: what a password hash costs, what is around it, and whether others feel it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use sealpost_client::ClientError;
use tokio::task::JoinSet;

use super::crowd::{Crowd, HASHING};
use super::{Bench, Report};
use crate::bounds::Hashing;
use crate::error::BenchError;
use crate::load::Phase;
use crate::processes::Measured;

/// So many log in again and again while others do something else.
const CROWDED: usize = 16;
/// Between one request of the others and the next.
const PAUSE: Duration = Duration::from_millis(20);

impl Bench<'_> {
    /// A phase of so many workers that runs as long as asked.
    pub(super) fn phase(&self, name: impl Into<String>, workers: usize) -> Phase {
        Phase {
            name: name.into(),
            workers,
            time: self.load.time(),
            measured: self.target.measured,
        }
    }

    pub(super) async fn register(&self) -> Result<Report, BenchError> {
        let crowd = self.crowd.clone();
        let register = move |worker, number| crowd.clone().register(format!("{worker}n{number}"));
        self.phase("register", HASHING).run(register).await
    }

    /// Logging in, and by turns the hash alone that a login waits for.
    pub(super) async fn log_in(&self) -> Result<[Report; 2], BenchError> {
        let (crowd, name) = (self.crowd.clone(), self.newcomer("login").await?);
        let log_in = move |_, _| {
            let (crowd, name) = (crowd.clone(), name.clone());
            async move { crowd.log_in(name).await.map(drop) }
        };
        let hashing = Hashing::new().await?;
        let hash = move |_, _| {
            let hashing = hashing.clone();
            async move {
                hashing.verify().await;
                Ok(())
            }
        };
        let mut bound = self.phase("bound: Argon2id", HASHING);
        bound.measured = Measured::this_program(None);
        self.phase("login", HASHING)
            .by_turns(log_in, bound, hash)
            .await
    }

    /// Somebody for one phase alone; their full name. An account has room for so many sessions, and more logins end the oldest.
    async fn newcomer(&self, name: &str) -> Result<String, ClientError> {
        self.crowd.clone().register(name.to_owned()).await?;
        Ok(self.crowd.name(name))
    }

    /// A small request each 20 ms, while logins saturate their pool.
    pub(super) async fn beside_logins(&self) -> Result<Report, BenchError> {
        let Some(reader) = self.crowd.people(1).await?.pop() else {
            return Err(BenchError::Missing(1));
        };
        let over = Arc::new(AtomicBool::new(false));
        let mut logins = JoinSet::new();
        // Each to their own account: more logins at once than there are guesses would be throttled.
        for number in 0..CROWDED {
            let name = self.newcomer(&format!("beside{number}")).await?;
            let (crowd, over) = (self.crowd.clone(), Arc::clone(&over));
            logins.spawn(log_in_until(crowd, name, over));
        }
        let read = || {
            let client = reader.client.clone();
            async move { client.me().await.map(drop) }
        };
        let report = self.phase("me beside logins", 1).paced(PAUSE, read).await?;
        over.store(true, Ordering::Relaxed);
        while let Some(login) = logins.join_next().await {
            login??;
        }
        Ok(report)
    }
}

/// Whom the server tells that it is too busy comes back: that is its right here.
async fn log_in_until(
    crowd: Crowd,
    name: String,
    over: Arc<AtomicBool>,
) -> Result<(), ClientError> {
    while !over.load(Ordering::Relaxed) {
        match crowd.clone().log_in(name.clone()).await {
            Err(ClientError::Refused(problem)) if problem.status == 503 => {
                tokio::time::sleep(PAUSE).await;
            }
            answer => drop(answer?),
        }
    }
    Ok(())
}
