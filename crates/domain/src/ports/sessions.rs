use super::StoreError;
use crate::sessions::{Session, SessionId};

/// Sessions: one row behind every token of every dialect.
#[cfg_attr(any(test, feature = "testing"), mockall::automock)]
pub trait SessionRepository {
    /// Adds a session.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] with `Id` if the id is there already.
    fn insert(&mut self, session: &Session) -> Result<(), StoreError>;

    /// The session with this id, ended or not; None if there is none.
    ///
    /// # Errors
    /// [`StoreError`].
    fn find(&mut self, id: SessionId) -> Result<Option<Session>, StoreError>;
}
