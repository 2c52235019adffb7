use super::{Digest, StoreError};
use crate::Timestamp;
use crate::accounts::AccountId;

/// A request's hold on its idempotency key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Claim {
    /// The MAC of the key and of whose it is.
    pub key: Digest,
    /// Tells this request from another with the same key.
    pub holder: [u8; 16],
}

/// A claim to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewClaim {
    /// The key, and who would hold it.
    pub claim: Claim,
    /// Whose request it is; None if nobody is logged in.
    pub account: Option<AccountId>,
    /// The MAC of the request.
    pub request: Digest,
    /// The present moment.
    pub now: Timestamp,
    /// Until when the key is remembered.
    pub expires_at: Timestamp,
}

/// How far the request that holds a key has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClaimState {
    /// It runs.
    Running,
    /// It stored something, and has given no sign of life since.
    Dead,
    /// It has answered, and this is the sealed answer.
    Answered(Vec<u8>),
}

repository! {
/// Idempotency keys and the requests that hold them. They go with their account.
#[cfg_attr(any(test, feature = "testing"), mockall::automock)]
pub trait IdempotencyRepository {
    /// Claims a key that is free, and returns None; otherwise what the request that holds it said of itself, and how far it
    /// has come. A key is free if nobody has it, if it expires at `new.now` or earlier, or if its holder has stored nothing and
    /// gave the last sign of life at `dead_before` or earlier. Of two callers at once, one gets it.
    ///
    /// # Errors
    /// [`StoreError`].
    fn claim(
        &mut self,
        new: &NewClaim,
        dead_before: Timestamp,
    ) -> Result<Option<(Digest, ClaimState)>, StoreError>;

    /// A sign of life. False if the claim does not hold any more.
    ///
    /// # Errors
    /// [`StoreError`].
    fn renew(&mut self, claim: &Claim, now: Timestamp) -> Result<bool, StoreError>;

    /// Notes that the unit of work that calls this stores something for the request. False if the claim does not hold any
    /// more.
    ///
    /// # Errors
    /// [`StoreError`].
    fn mark(&mut self, claim: &Claim) -> Result<bool, StoreError>;

    /// Keeps the answer, if the claim still holds.
    ///
    /// # Errors
    /// [`StoreError`].
    fn keep(&mut self, claim: &Claim, sealed: &[u8]) -> Result<(), StoreError>;

    /// Frees the key, if the claim still holds.
    ///
    /// # Errors
    /// [`StoreError`].
    fn release(&mut self, claim: &Claim) -> Result<(), StoreError>;

    /// Frees the key, if the claim still holds and nothing was stored under it.
    ///
    /// # Errors
    /// [`StoreError`].
    fn abandon(&mut self, claim: &Claim) -> Result<(), StoreError>;

    /// Deletes at most `limit` keys that expire at `now` or earlier; says how many went.
    ///
    /// # Errors
    /// [`StoreError`].
    fn sweep(&mut self, now: Timestamp, limit: u32) -> Result<u64, StoreError>;
}
}
