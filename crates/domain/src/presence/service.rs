use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::memo::{Memo, Sign};
use crate::Environment;
use crate::accounts::AccountId;
use crate::sessions::{Actor, Session, SessionId, Sessions};

/// The use cases of presence. Cloning is cheap; clones share what they know.
#[derive(Clone)]
pub struct Presence {
    pub(super) env: Environment,
    sessions: Sessions,
    memo: Arc<Mutex<Memo>>,
}

impl Presence {
    /// How long an account counts as there after its last renewal.
    pub const LEASE: Duration = Duration::from_secs(90);
    /// How often one instance renews one account's lease at most.
    pub const RENEW_EVERY: Duration = Duration::from_secs(30);

    /// The service over the store; `sessions` knows which have ended.
    #[must_use]
    pub fn new(env: Environment, sessions: Sessions) -> Self {
        Self {
            env,
            sessions,
            memo: Arc::default(),
        }
    }

    /// The caller has shown a sign of life: to be called for each request, and now and then for an open socket. Costs no
    /// query; [`Presence::flush`] brings it to the store.
    pub fn renew(&self, actor: &Actor) {
        self.note(actor.account(), actor.session());
    }

    /// Somebody has logged in: to be called by every door. They count as there at once.
    pub fn arrive(&self, session: &Session) {
        self.memo().forget(session.account);
        self.note(session.account, session.id);
    }

    fn note(&self, account: AccountId, session: SessionId) {
        let at = self.env.now();
        self.memo().note(account, Sign { session, at });
    }

    /// Whether the account has shown a sign of life that the store does not know of yet.
    pub(crate) fn is_due(&self, account: AccountId) -> bool {
        let sign = self.memo().due(account);
        sign.is_some_and(|sign| {
            self.env.now().since(sign.at) < Self::LEASE && !self.sessions.has_ended(sign.session)
        })
    }

    pub(super) const fn sessions(&self) -> &Sessions {
        &self.sessions
    }

    pub(super) fn memo(&self) -> MutexGuard<'_, Memo> {
        self.memo.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
