use super::{Digest, StoreError};
use crate::Timestamp;
use crate::accounts::AccountId;
use crate::invites::{Invite, InviteId, InviteUse};

repository! {
/// Invites and the accounts they made. Codes are known by their digests.
#[cfg_attr(any(test, feature = "testing"), mockall::automock)]
pub trait InviteRepository {
    /// Adds an invite that nobody has used.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] with `Id` if the id or the digest is there already.
    fn insert(&mut self, invite: &Invite, digest: &Digest) -> Result<(), StoreError>;

    /// The invite with this id; None if there is none.
    ///
    /// # Errors
    /// [`StoreError`].
    fn find(&mut self, id: InviteId) -> Result<Option<Invite>, StoreError>;

    /// The invite whose code has this digest; None if there is none.
    ///
    /// # Errors
    /// [`StoreError`].
    fn find_by_digest(&mut self, digest: &Digest) -> Result<Option<Invite>, StoreError>;

    /// Takes one use of the invite whose code has this digest, if it is good at `now` ([`Invite::is_good`]). None, and
    /// nothing changes, if it is not: of units at once, as many get it as there are uses.
    ///
    /// # Errors
    /// [`StoreError`].
    fn spend(&mut self, digest: &Digest, now: Timestamp) -> Result<Option<InviteId>, StoreError>;

    /// Notes that the invite made this account. The note goes with the account.
    ///
    /// # Errors
    /// [`StoreError`].
    fn record_use(
        &mut self,
        invite: InviteId,
        account: AccountId,
        at: Timestamp,
    ) -> Result<(), StoreError>;

    /// The invites with ids before `before` (all if None), newest first, at most `limit`.
    ///
    /// # Errors
    /// [`StoreError`].
    fn page(&mut self, before: Option<InviteId>, limit: u32) -> Result<Vec<Invite>, StoreError>;

    /// The accounts the invite made and that are still there, oldest first, at most [`Invite::MAX_USES`].
    ///
    /// # Errors
    /// [`StoreError`].
    fn list_uses(&mut self, invite: InviteId) -> Result<Vec<InviteUse>, StoreError>;

    /// Revokes the invite. False, and nothing changes, if there is none or it was revoked before.
    ///
    /// # Errors
    /// [`StoreError`].
    fn revoke(&mut self, id: InviteId, at: Timestamp) -> Result<bool, StoreError>;

    /// Deletes at most `limit` invites that were no longer good before `before`: that expired or were revoked earlier, or
    /// that are used up and were made earlier, with no account of theirs that is still there made since. The notes of
    /// their uses go with them. Says how many invites went.
    ///
    /// # Errors
    /// [`StoreError`].
    fn sweep(&mut self, before: Timestamp, limit: u32) -> Result<u64, StoreError>;
}
}
