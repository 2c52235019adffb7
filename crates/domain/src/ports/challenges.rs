use super::StoreError;
use crate::Timestamp;
use crate::challenges::CompletedChallenge;

repository! {
/// Challenges that were answered: each answer makes one account.
#[cfg_attr(any(test, feature = "testing"), mockall::automock)]
pub trait ChallengeRepository {
    /// Remembers that it was answered. True for one unit of work, false for every later one, until it is swept.
    ///
    /// # Errors
    /// [`StoreError`].
    fn spend(&mut self, completed: &CompletedChallenge) -> Result<bool, StoreError>;

    /// Deletes at most `limit` of those that are over at `now`; says how many.
    ///
    /// # Errors
    /// [`StoreError`].
    fn sweep(&mut self, now: Timestamp, limit: u32) -> Result<u64, StoreError>;
}
}
