//! Wakes whoever waits for an inbox. It holds no events: those who are woken read the log.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sealpost_domain::accounts::AccountId;
use sealpost_domain::ports::WakeUps;
use tokio::sync::watch;

use super::seats::Seats;

/// The waiting views of this instance, by account.
#[derive(Debug, Default)]
pub struct Hub {
    waiting: Mutex<HashMap<AccountId, watch::Sender<()>>>,
    pub(super) seats: Mutex<Seats>,
}

/// Somebody waits for an inbox, until this is dropped.
#[derive(Debug)]
pub(crate) struct Watch {
    hub: Arc<Hub>,
    account: AccountId,
    /// None only while being dropped.
    receiver: Option<watch::Receiver<()>>,
}

impl Hub {
    /// Waits for the account's inbox to grow. Begin before reading the inbox, or what comes in between is only seen at
    /// the next change.
    pub(crate) fn watch(self: &Arc<Self>, account: AccountId) -> Watch {
        let mut waiting = self.waiting();
        let sender = waiting
            .entry(account)
            .or_insert_with(|| watch::Sender::new(()));
        let receiver = Some(sender.subscribe());
        Watch {
            hub: Arc::clone(self),
            account,
            receiver,
        }
    }

    /// The accounts that somebody waits for, for whoever looks after lost hints.
    #[must_use]
    pub fn watched(&self) -> Vec<AccountId> {
        self.waiting().keys().copied().collect()
    }

    fn waiting(&self) -> MutexGuard<'_, HashMap<AccountId, watch::Sender<()>>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl WakeUps for Hub {
    fn wake(&self, accounts: &[AccountId]) {
        let waiting = self.waiting();
        for account in accounts {
            if let Some(sender) = waiting.get(account) {
                sender.send_replace(());
            }
        }
    }
}

impl Watch {
    /// Returns once the inbox has grown since this was last called, or since the beginning. May be dropped and called
    /// again without missing anything.
    pub(crate) async fn grown(&mut self) {
        let grown = match &mut self.receiver {
            Some(receiver) => receiver.changed().await.is_ok(),
            None => false,
        };
        if !grown {
            // The hub forgets nobody who watches; without this, a defect there would make a busy loop here.
            std::future::pending::<()>().await;
        }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let mut waiting = self.hub.waiting();
        self.receiver = None;
        if waiting
            .get(&self.account)
            .is_some_and(|sender| sender.receiver_count() == 0)
        {
            waiting.remove(&self.account);
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;

    const ALICE: AccountId = AccountId::from_bytes([1; 16]);
    const BOB: AccountId = AccountId::from_bytes([2; 16]);

    #[test]
    fn wakes_the_account_that_waits_and_only_it() {
        let hub = Arc::new(Hub::default());
        let mut watch = hub.watch(ALICE);
        hub.wake(&[BOB]);
        assert_eq!(watch.grown().now_or_never(), None);
        hub.wake(&[ALICE, BOB]);
        hub.wake(&[ALICE]);
        assert_eq!(watch.grown().now_or_never(), Some(()));
        assert_eq!(watch.grown().now_or_never(), None, "seen");
    }

    #[test]
    fn forgets_an_account_when_the_last_one_leaves() {
        let hub = Arc::new(Hub::default());
        let (first, second) = (hub.watch(ALICE), hub.watch(ALICE));
        drop(first);
        assert_eq!(hub.watched(), [ALICE]);
        drop(second);
        assert_eq!(hub.watched(), []);
    }
}
