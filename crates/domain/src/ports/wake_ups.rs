use crate::accounts::AccountId;

/// Told by the store, after each commit, what has something new: inboxes, the outbox. A hint and nothing more: it may be lost, and
/// may come when there is nothing.
pub trait WakeUps: Send + Sync {
    /// The inboxes of these accounts have grown. Must return at once.
    fn wake(&self, accounts: &[AccountId]);

    /// Hints may have been missed: whoever waits for an inbox should look. Must return at once. Does nothing where nobody
    /// waits.
    fn wake_all(&self) {}

    /// A mail was put into the outbox, or made due. Must return at once. Does nothing if nobody sends mail here: the
    /// worker looks for itself, too.
    fn mail_waits(&self) {}
}
