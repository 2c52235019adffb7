//! Making accounts and logging in: what a password hash costs, what is around it, and whether others feel it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use sealpost_client::{Client, ClientError};
use tokio::task::JoinSet;

use super::crowd::{Crowd, HASHING};
use super::{Bench, Report};
use crate::error::BenchError;
use crate::load::{Phase, Watch};

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

    pub(super) async fn log_in(&self) -> Result<Report, BenchError> {
        let (crowd, name) = (self.crowd.clone(), self.newcomer("login").await?);
        let log_in = move |_, _| {
            let (crowd, name) = (crowd.clone(), name.clone());
            async move { crowd.log_in(name).await.map(drop) }
        };
        self.phase("login", HASHING).run(log_in).await
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
        let watch = Watch::start(self.target.measured);
        let mut ticks = tokio::time::interval(PAUSE);
        let mut reading = JoinSet::new();
        while watch.began.elapsed() < self.load.time() {
            ticks.tick().await;
            reading.spawn(read_once(reader.client.clone()));
        }
        let mut times = Vec::new();
        while let Some(read) = reading.join_next().await {
            times.push(read??);
        }
        let report = watch.report("me beside logins", times, 1);
        over.store(true, Ordering::Relaxed);
        while let Some(login) = logins.join_next().await {
            login??;
        }
        Ok(report)
    }
}

async fn read_once(client: Client) -> Result<Duration, ClientError> {
    let began = Instant::now();
    client.me().await?;
    Ok(began.elapsed())
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
