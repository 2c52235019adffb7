use crate::accounts::AccountId;

/// Told by the store, after each commit, whose inbox has something new. A hint and nothing more: it may be lost, and
/// may come when there is nothing.
pub trait WakeUps: Send + Sync {
    /// The inboxes of these accounts have grown. Must return at once.
    fn wake(&self, accounts: &[AccountId]);
}
