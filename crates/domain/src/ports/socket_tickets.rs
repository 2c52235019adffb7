use super::{Digest, StoreError};
use crate::Timestamp;
use crate::sessions::{Session, SessionId};

repository! {
/// Tickets that open one WebSocket, by digest. They end with their session.
#[cfg_attr(any(test, feature = "testing"), mockall::automock)]
pub trait SocketTicketRepository {
    /// Adds a ticket of the session. False, and nothing changes, if the session has ended.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] with `Id` if the ticket is there already.
    fn insert(
        &mut self,
        digest: &Digest,
        session: SessionId,
        expires_at: Timestamp,
    ) -> Result<bool, StoreError>;

    /// Takes the ticket away, and returns the session it is of. None if it is unknown, of a session that has ended, or
    /// expires at `now` or earlier. Of two callers with one ticket, one gets it.
    ///
    /// # Errors
    /// [`StoreError`].
    fn take(&mut self, digest: &Digest, now: Timestamp) -> Result<Option<Session>, StoreError>;

    /// How many tickets of the session there are, expired or not.
    ///
    /// # Errors
    /// [`StoreError`].
    fn count(&mut self, session: SessionId) -> Result<u64, StoreError>;

    /// Deletes at most `limit` tickets that expire at `now` or earlier; says how many went.
    ///
    /// # Errors
    /// [`StoreError`].
    fn sweep(&mut self, now: Timestamp, limit: u32) -> Result<u64, StoreError>;
}
}
