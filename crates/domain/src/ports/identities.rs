use super::{Digest, StoreError};
use crate::Timestamp;
use crate::accounts::AccountId;
use crate::federation::{ExternalId, Identity, IdentityId, IdentityProfile, Transaction};

repository! {
/// Who may log in to which account by a provider's word, and the logins that have begun.
#[cfg_attr(any(test, feature = "testing"), mockall::automock)]
pub trait IdentityRepository {
    /// Adds an identity. False, and nothing changes, if somebody with this [`ExternalId`] is there already.
    ///
    /// # Errors
    /// [`StoreError`].
    fn insert(&mut self, identity: &Identity) -> Result<bool, StoreError>;

    /// The identity of this [`ExternalId`], compared byte for byte; None if there is none.
    ///
    /// # Errors
    /// [`StoreError`].
    fn find(&mut self, external: &ExternalId) -> Result<Option<Identity>, StoreError>;

    /// The account's identities, oldest first, at most [`Identity::MAX_PER_ACCOUNT`].
    ///
    /// # Errors
    /// [`StoreError`].
    fn list(&mut self, account: AccountId) -> Result<Vec<Identity>, StoreError>;

    /// The same in any order, and no other unit of work changes them before this one has ended.
    ///
    /// # Errors
    /// [`StoreError`].
    fn lock(&mut self, account: AccountId) -> Result<Vec<Identity>, StoreError>;

    /// Notes that the identity was used now and what the provider told. False if it is gone.
    ///
    /// # Errors
    /// [`StoreError`].
    fn note_use(
        &mut self,
        id: IdentityId,
        profile: &IdentityProfile,
        at: Timestamp,
    ) -> Result<bool, StoreError>;

    /// Removes the identity if it is the account's. False if the account has no such identity.
    ///
    /// # Errors
    /// [`StoreError`].
    fn delete(&mut self, account: AccountId, id: IdentityId) -> Result<bool, StoreError>;

    /// Adds a begun login.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] with `Id` if one with this state is there already.
    fn begin(&mut self, transaction: &Transaction) -> Result<(), StoreError>;

    /// How many logins began at `since` or later and were not taken, from this origin (from anywhere if None).
    ///
    /// # Errors
    /// [`StoreError`].
    fn count_begun(&mut self, origin: Option<Digest>, since: Timestamp) -> Result<u64, StoreError>;

    /// Takes the begun login with this state and this secret out, expired or not; None if there is none with both. Of
    /// two callers one gets it.
    ///
    /// # Errors
    /// [`StoreError`].
    fn take(&mut self, state: &Digest, secret: &Digest) -> Result<Option<Transaction>, StoreError>;

    /// Deletes at most `limit` logins that began before `before`; says how many went.
    ///
    /// # Errors
    /// [`StoreError`].
    fn sweep(&mut self, before: Timestamp, limit: u32) -> Result<u64, StoreError>;
}
}
