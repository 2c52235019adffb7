use super::{Dialect, Session, SessionId};
use crate::Timestamp;
use crate::accounts::AccountId;

/// An authenticated caller. Only this module's use cases can make one, so a use case that takes an `Actor` cannot be
/// reached by somebody who proved nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Actor {
    account: AccountId,
    session: SessionId,
    dialect: Dialect,
    authenticated_at: Timestamp,
}

impl Actor {
    pub(super) const fn new(
        account: AccountId,
        session: SessionId,
        dialect: Dialect,
        authenticated_at: Timestamp,
    ) -> Self {
        Self {
            account,
            session,
            dialect,
            authenticated_at,
        }
    }

    /// Whoever is behind a session that was proved in another way than by a token.
    pub(crate) const fn behind(session: &Session) -> Self {
        Self::new(
            session.account,
            session.id,
            session.dialect,
            session.authenticated_at,
        )
    }

    /// The same caller, who shows their password along with the request. Not for somebody whom an app password let in:
    /// what needs a fresh login stays closed to them.
    pub(crate) fn proved_at(self, now: Timestamp) -> Self {
        let by_app_password = self.authenticated_at == Timestamp::from_seconds(0);
        Self {
            authenticated_at: if by_app_password {
                self.authenticated_at
            } else {
                now
            },
            ..self
        }
    }

    /// An actor out of thin air, for tests of use cases.
    #[cfg(any(test, feature = "testing"))]
    #[must_use]
    pub const fn for_tests(
        account: AccountId,
        session: SessionId,
        authenticated_at: Timestamp,
    ) -> Self {
        Self::new(account, session, Dialect::Native, authenticated_at)
    }

    /// Whose account acts.
    #[must_use]
    pub const fn account(&self) -> AccountId {
        self.account
    }

    /// Through which session.
    #[must_use]
    pub const fn session(&self) -> SessionId {
        self.session
    }

    /// Through which API.
    #[must_use]
    pub const fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// When the password was last proved (for step-up).
    #[must_use]
    pub const fn authenticated_at(&self) -> Timestamp {
        self.authenticated_at
    }
}
