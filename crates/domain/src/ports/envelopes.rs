use super::StoreError;
use crate::Timestamp;
use crate::accounts::AccountId;
use crate::envelopes::{Envelope, EnvelopeId, LeaseId, SenderClock, Tally};
use crate::messages::{Body, Format};

/// An envelope to be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEnvelope {
    /// Its id.
    pub id: EnvelopeId,
    /// For whom.
    pub recipient: AccountId,
    /// From whom.
    pub sender: AccountId,
    /// What the body is.
    pub format: Format,
    /// The body.
    pub body: Body,
    /// What the sender's clock showed, if the sender says so.
    pub sender_clock: Option<SenderClock>,
    /// When the server took it.
    pub created_at: Timestamp,
}

repository! {
/// Envelopes that wait for their receivers, in the order in which they came. They go with either of the two accounts.
#[cfg_attr(any(test, feature = "testing"), mockall::automock)]
pub trait EnvelopeRepository {
    /// What waits for the account, leased or not; nothing for one that does not exist. Until this unit of work ends,
    /// every other one that asks the same of this account waits.
    ///
    /// # Errors
    /// [`StoreError`].
    fn lock(&mut self, recipient: AccountId) -> Result<Tally, StoreError>;

    /// Adds an envelope behind those that wait for its receiver, who must be locked.
    ///
    /// # Errors
    /// [`StoreError`].
    fn insert(&mut self, new: &NewEnvelope) -> Result<(), StoreError>;

    /// The ids, and the sizes of the bodies in bytes, of those that wait for the account in this format and are not leased
    /// at `now`; oldest first, at most `limit`.
    ///
    /// # Errors
    /// [`StoreError`].
    fn list_free(
        &mut self,
        recipient: AccountId,
        format: Format,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<(EnvelopeId, u64)>, StoreError>;

    /// Leases these (at most 500) of the account's envelopes, whatever lease they had, and returns them oldest first.
    ///
    /// # Errors
    /// [`StoreError`].
    fn lease(
        &mut self,
        recipient: AccountId,
        ids: &[EnvelopeId],
        lease: LeaseId,
        until: Timestamp,
    ) -> Result<Vec<Envelope>, StoreError>;

    /// Lets a lease last until then; returns how many envelopes are under it.
    ///
    /// # Errors
    /// [`StoreError`].
    fn renew(
        &mut self,
        recipient: AccountId,
        lease: LeaseId,
        until: Timestamp,
    ) -> Result<u64, StoreError>;

    /// Ends a lease: what is under it is free.
    ///
    /// # Errors
    /// [`StoreError`].
    fn release(&mut self, recipient: AccountId, lease: LeaseId) -> Result<(), StoreError>;

    /// Deletes at most `limit` of the envelopes under this lease; returns how many.
    ///
    /// # Errors
    /// [`StoreError`].
    fn delete_leased(
        &mut self,
        recipient: AccountId,
        lease: LeaseId,
        limit: u32,
    ) -> Result<u64, StoreError>;

    /// Those of `ids` (at most 500) that wait for the account, in no particular order.
    ///
    /// # Errors
    /// [`StoreError`].
    fn find_many(
        &mut self,
        recipient: AccountId,
        ids: &[EnvelopeId],
    ) -> Result<Vec<Envelope>, StoreError>;
}
}
