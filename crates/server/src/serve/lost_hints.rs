//! Hints may be lost, between instances above all. A look at the logs, every second, finds what they should have told.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use sealpost_domain::accounts::AccountId;
use sealpost_domain::inbox::{Inbox, Offset};
use sealpost_http::Hub;
use tokio::time::{MissedTickBehavior, interval};

/// How often the logs are looked at: so late may an event come whose hint was lost.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// How far the logs had come of those who wait here.
#[derive(Debug, Default)]
struct Heads(HashMap<AccountId, Offset>);

impl Heads {
    /// Takes how far they have come now; returns those that have grown since. Somebody who was not there the last time may have
    /// missed something before this look.
    fn take(&mut self, now: Vec<(AccountId, Offset)>) -> Vec<(AccountId, Offset)> {
        let before = std::mem::take(&mut self.0);
        self.0 = now.into_iter().collect();
        let grown = self
            .0
            .iter()
            .filter(|(account, head)| before.get(account) != Some(head));
        grown.map(|(account, head)| (*account, *head)).collect()
    }
}

/// Wakes those whose log has grown, whether a hint came or not. Runs until it is dropped.
pub(super) async fn repair(inbox: Inbox, hub: Arc<Hub>) {
    let mut heads = Heads::default();
    let mut ticks = interval(LOOK_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        match inbox.heads(&hub.watched()).await {
            Ok(now) => hub.wake_unless_told(&heads.take(now)),
            // Whoever follows the revocations complains in the same moment.
            Err(error) => tracing::debug!(%error, "cannot look for lost hints"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_grew_or_was_not_there_is_woken() {
        let [alice, bob] = [1, 2].map(|byte| AccountId::from_bytes([byte; 16]));
        let mut heads = Heads::default();
        assert_eq!(heads.take(vec![(alice, 7)]), [(alice, 7)]);
        assert_eq!(heads.take(vec![(alice, 7)]), []);
        assert_eq!(heads.take(vec![(alice, 8), (bob, 0)]).len(), 2);
        assert_eq!(heads.take(vec![(bob, 0)]), []);
        assert_eq!(heads.take(vec![(alice, 8), (bob, 0)]), [(alice, 8)]);
    }
}
