//! The long poll: a request that waits for something to happen.

use std::time::Duration;

use actix_web::web;
use sealpost_domain::sessions::{AccessError, Actor};
use tokio::time::{Instant, sleep_until};

use super::feed::{Beginning, Feed, FeedError};
use super::view::Batch;
use crate::Services;
use crate::problem::Problem;
use crate::readiness::Draining;

/// The longest wait.
pub(crate) const MAX_WAIT: Duration = Duration::from_secs(60);
/// How much one answer holds unless one event alone is larger, in bytes.
const MAX_ANSWER: usize = 1024 * 1024;

/// What somebody polls for.
pub(crate) struct Poll {
    /// Events from here on.
    pub(crate) beginning: Beginning,
    /// Of this life of the log, if the client says so.
    pub(crate) epoch: Option<String>,
    /// At most so many.
    pub(crate) limit: u32,
    /// How long to wait for the first.
    pub(crate) wait: Duration,
}

impl Poll {
    /// Answers as soon as there is an event; with none at the end of the wait or once the server stops. Dropping the
    /// future ends the wait.
    pub(crate) async fn run(
        self,
        services: &web::Data<Services>,
        draining: &Draining,
        actor: Actor,
    ) -> Result<Batch, Problem> {
        let until = Instant::now() + self.wait.min(MAX_WAIT);
        // Before the first reading: nothing can come in between.
        let mut watch = services.hub.watch(actor.account());
        let mut feed = Feed::new(services.readers.clone(), actor, 0);
        let refuse = |error: FeedError| error.into_problem(services.inbox.epoch());
        let begun = feed.begin(self.epoch.as_deref(), self.beginning).await;
        begun.map_err(refuse)?;
        let mut batch = feed.next(self.limit, MAX_ANSWER).await.map_err(refuse)?;
        if self.wait.is_zero() || !batch.events.is_empty() {
            return Ok(batch);
        }
        // An empty answer to somebody who wants to wait would bring them back at once.
        draining.refuse_long_stay()?;
        let mut over = false;
        while batch.events.is_empty() && !over {
            if services.sessions.has_ended(actor.session()) {
                return Err(AccessError::Ended.into());
            }
            over = tokio::select! {
                news = watch.news() => if news.grown { false } else { continue },
                () = draining.begun() => true,
                () = sleep_until(until) => true,
            };
            // Also when it is over: a hint may have been lost.
            batch = feed.next(self.limit, MAX_ANSWER).await.map_err(refuse)?;
        }
        Ok(batch)
    }
}
