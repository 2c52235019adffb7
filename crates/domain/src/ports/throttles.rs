use super::{Digest, StoreError};
use crate::Timestamp;
use crate::throttle::Counter;

repository! {
/// Counters of guesses and requests, by key.
#[cfg_attr(any(test, feature = "testing"), mockall::automock)]
pub trait ThrottleRepository {
    /// The counter of this key, made anew if there is none. It is this unit of work's until the unit ends: of two units
    /// with one key, the second waits for the first.
    ///
    /// # Errors
    /// [`StoreError`].
    fn lock(&mut self, key: &Digest, now: Timestamp) -> Result<Counter, StoreError>;

    /// Writes back a counter that this unit has locked.
    ///
    /// # Errors
    /// [`StoreError`].
    fn update(&mut self, key: &Digest, counter: &Counter) -> Result<(), StoreError>;

    /// Forgets a counter, if there is one.
    ///
    /// # Errors
    /// [`StoreError`].
    fn remove(&mut self, key: &Digest) -> Result<(), StoreError>;

    /// Deletes at most `limit` counters that say nothing any more; says how many went.
    ///
    /// # Errors
    /// [`StoreError`].
    fn sweep(&mut self, now: Timestamp, limit: u32) -> Result<u64, StoreError>;
}
}
