use std::collections::BTreeSet;

use super::StoredMessage;
use crate::accounts::AccountId;
use crate::inbox::InboxEvent;

/// Told by the store, after each commit, what has something new: inboxes, the outbox. A hint and nothing more: it may be lost, and
/// may come when there is nothing.
pub trait WakeUps: Send + Sync {
    /// The inboxes of these accounts have grown. Must return at once.
    fn wake(&self, accounts: &[AccountId]);

    /// The inboxes of these accounts have grown, by these events: whoever has read everything before them need not look. They are
    /// committed. Those of one account are in their order; but what another transaction has written before them may be told
    /// after them. `sent` are messages that the same commit has made, as they rest: whoever reads of them soon need not ask for
    /// them. Some may be missing. Must return at once.
    fn tell(&self, grown: &[(AccountId, InboxEvent)], _sent: Vec<StoredMessage>) {
        let accounts: BTreeSet<AccountId> = grown.iter().map(|(account, _)| *account).collect();
        self.wake(&accounts.into_iter().collect::<Vec<_>>());
    }

    /// Hints may have been missed: whoever waits for an inbox should look. Must return at once. Does nothing where nobody
    /// waits.
    fn wake_all(&self) {}

    /// A mail was put into the outbox, or made due. Must return at once. Does nothing if nobody sends mail here: the
    /// worker looks for itself, too.
    fn mail_waits(&self) {}
}
