use super::{Digest, StoreError};
use crate::Timestamp;
use crate::accounts::AccountId;
use crate::sessions::Dialect;

/// A login that waits for its second factor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredTicket {
    /// Whose login.
    pub account: AccountId,
    /// For which API.
    pub dialect: Dialect,
    /// SHA-256 of the password hash that was checked, so that a password changed meanwhile voids the ticket; None if
    /// somebody else vouched for the login.
    pub checked: Option<Digest>,
    /// When it ends.
    pub expires_at: Timestamp,
}

impl StoredTicket {
    /// How many logins of one account may wait for their second factor. Whoever has begun one has given the password: a
    /// stranger can push nobody's out.
    pub const MAX_PER_ACCOUNT: u32 = 100;
}

repository! {
/// Tickets of half-finished logins, by digest.
#[cfg_attr(any(test, feature = "testing"), mockall::automock)]
pub trait TicketRepository {
    /// Adds a ticket that is good for `tries` guesses. Of its account's tickets the newest [`StoredTicket::MAX_PER_ACCOUNT`]
    /// stay, by when they expire; older ones go.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] with `Id` if it is there already.
    fn insert(
        &mut self,
        digest: &Digest,
        ticket: &StoredTicket,
        tries: u16,
    ) -> Result<(), StoreError>;

    /// The ticket, if it is good at `now`; None if it is unknown, over, or has no tries left.
    ///
    /// # Errors
    /// [`StoreError`].
    fn find(&mut self, digest: &Digest, now: Timestamp)
    -> Result<Option<StoredTicket>, StoreError>;

    /// Spends one try of it. False if it is unknown, over, or has no tries left.
    ///
    /// # Errors
    /// [`StoreError`].
    fn spend_try(&mut self, digest: &Digest, now: Timestamp) -> Result<bool, StoreError>;

    /// Deletes a ticket; false if it was not there.
    ///
    /// # Errors
    /// [`StoreError`].
    fn remove(&mut self, digest: &Digest) -> Result<bool, StoreError>;

    /// Deletes all tickets of an account.
    ///
    /// # Errors
    /// [`StoreError`].
    fn remove_all(&mut self, account: AccountId) -> Result<(), StoreError>;

    /// Deletes at most `limit` tickets that have expired; says how many went.
    ///
    /// # Errors
    /// [`StoreError`].
    fn sweep(&mut self, now: Timestamp, limit: u32) -> Result<u64, StoreError>;
}
}
