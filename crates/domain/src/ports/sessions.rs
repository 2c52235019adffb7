use super::{Digest, StoreError};
use crate::Timestamp;
use crate::accounts::AccountId;
use crate::sessions::{EndedSession, Session, SessionId};

/// A refresh token that is, or was, good for a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredRefreshToken {
    /// The session it belongs to, which has not been ended.
    pub session: Session,
    /// When it was exchanged for its successor; None while it is good.
    pub spent_at: Option<Timestamp>,
}

/// What is stored in place of the tokens of a new session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TokenDigests {
    /// Of its first refresh token.
    pub refresh: Digest,
    /// Of its opaque token, in the dialects that have one.
    pub opaque: Option<Digest>,
}

impl From<Digest> for TokenDigests {
    /// Of a session without an opaque token.
    fn from(refresh: Digest) -> Self {
        Self {
            refresh,
            opaque: None,
        }
    }
}

repository! {
/// Sessions: one row behind every token of every dialect. Refresh tokens are rows of their own, by digest.
#[cfg_attr(any(test, feature = "testing"), mockall::automock)]
pub trait SessionRepository {
    /// Adds a session with its first tokens.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] with `Id` if the id or a digest is there already.
    fn insert(&mut self, session: &Session, tokens: &TokenDigests) -> Result<(), StoreError>;

    /// The session with this id; None if there is none, or none any more.
    ///
    /// # Errors
    /// [`StoreError`].
    fn find(&mut self, id: SessionId) -> Result<Option<Session>, StoreError>;

    /// The session whose opaque token has this digest; None if it is unknown or its session was ended.
    ///
    /// # Errors
    /// [`StoreError`].
    fn find_opaque(&mut self, digest: &Digest) -> Result<Option<Session>, StoreError>;

    /// The account's sessions, newest first, at most [`Session::MAX_PER_ACCOUNT`].
    ///
    /// # Errors
    /// [`StoreError`].
    fn list(&mut self, account: AccountId) -> Result<Vec<Session>, StoreError>;

    /// The refresh token with this digest, spent or not; None if it is unknown or its session was ended.
    ///
    /// # Errors
    /// [`StoreError`].
    fn find_refresh(&mut self, digest: &Digest) -> Result<Option<StoredRefreshToken>, StoreError>;

    /// Spends a refresh token and stores its successor. False, and nothing changes, if it was spent already: of two
    /// callers with one token, one wins.
    ///
    /// # Errors
    /// [`StoreError`].
    fn spend_refresh(
        &mut self,
        spent: &Digest,
        successor: &Digest,
        now: Timestamp,
    ) -> Result<bool, StoreError>;

    /// Ends the session if it is the account's: deletes it with its refresh tokens and notes the end until
    /// `forget_at`. False if the account has no such session.
    ///
    /// # Errors
    /// [`StoreError`].
    fn end(&mut self, account: AccountId, ended: &EndedSession) -> Result<bool, StoreError>;

    /// The notes of sessions ended at `since` or later, oldest first, at most `limit`.
    ///
    /// # Errors
    /// [`StoreError`].
    fn list_ended(&mut self, since: Timestamp, limit: u32)
    -> Result<Vec<EndedSession>, StoreError>;

    /// Deletes at most `limit` sessions that have expired, and as many notes that can be forgotten. Returns how many
    /// rows went.
    ///
    /// # Errors
    /// [`StoreError`].
    fn sweep(&mut self, now: Timestamp, limit: u32) -> Result<u64, StoreError>;
}
}
