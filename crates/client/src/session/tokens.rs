//! The tokens of a session and their renewal: once at a time, and to the end.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use sealpost_domain::Secret;
use sealpost_domain::sessions::SessionId;
use tokio::time::Instant;

use super::store::exchange_stored;
use crate::wire::OpenedSession;
use crate::{ClientError, Server, TokenStore};

/// So long before its end a token is taken for expired: requests take time, and clocks differ.
const MARGIN: Duration = Duration::from_secs(20);

/// The tokens at one moment.
#[derive(Debug)]
pub(super) struct Tokens {
    pub(super) refresh: Secret<String>,
    pub(super) access: Option<Access>,
}

/// A token for calls.
#[derive(Debug)]
pub(super) struct Access {
    pub(super) token: Secret<String>,
    pub(super) session: SessionId,
    good_until: Instant,
}

impl From<OpenedSession> for Tokens {
    fn from(opened: OpenedSession) -> Self {
        let lifetime = Duration::from_secs(opened.expires_in);
        Self {
            refresh: opened.refresh_token,
            access: Some(Access {
                token: opened.access_token,
                session: opened.session_id,
                good_until: Instant::now() + lifetime.saturating_sub(MARGIN.min(lifetime / 2)),
            }),
        }
    }
}

impl Tokens {
    /// The access token, while it is good.
    pub(super) fn access(&self) -> Option<&Access> {
        self.access
            .as_ref()
            .filter(|access| Instant::now() < access.good_until)
    }
}

/// Holds the tokens of a session.
#[derive(Debug)]
pub(super) struct Keeper {
    server: Server,
    /// Where the refresh token is kept, if other programs use it too.
    store: Option<Arc<dyn TokenStore>>,
    tokens: Mutex<Arc<Tokens>>,
    renewal: tokio::sync::Mutex<()>,
}

impl Keeper {
    pub(super) fn new(server: Server, tokens: Tokens) -> Self {
        Self {
            server,
            store: None,
            tokens: Mutex::new(Arc::new(tokens)),
            renewal: tokio::sync::Mutex::new(()),
        }
    }

    /// The session whose refresh token is in `store`.
    pub(super) fn stored(server: Server, store: Arc<dyn TokenStore>) -> Self {
        let tokens = Tokens {
            refresh: Secret::new(String::new()),
            access: None,
        };
        Self {
            store: Some(store),
            ..Self::new(server, tokens)
        }
    }

    pub(super) const fn server(&self) -> &Server {
        &self.server
    }

    pub(super) fn current(&self) -> Arc<Tokens> {
        Arc::clone(&self.tokens.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Tokens with an access token that is good.
    pub(super) async fn good(self: &Arc<Self>) -> Result<Arc<Tokens>, ClientError> {
        let tokens = self.current();
        if tokens.access().is_some() {
            return Ok(tokens);
        }
        self.renew(&tokens).await
    }

    /// The successors of `stale`. However many ask at once, a refresh token is spent once. The exchange runs to its end
    /// even if nobody waits any longer: a successor that got lost would end the session.
    pub(super) async fn renew(
        self: &Arc<Self>,
        stale: &Arc<Tokens>,
    ) -> Result<Arc<Tokens>, ClientError> {
        let (keeper, stale) = (Arc::clone(self), Arc::clone(stale));
        let exchange = tokio::spawn(async move { keeper.exchange(&stale).await });
        let renewed = exchange.await.map_err(ClientError::unexpected)?;
        renewed.map_err(session_over)
    }

    async fn exchange(&self, stale: &Arc<Tokens>) -> Result<Arc<Tokens>, ClientError> {
        let _one_at_a_time = self.renewal.lock().await;
        let current = self.current();
        if !Arc::ptr_eq(&current, stale) {
            return Ok(current);
        }
        let opened = match &self.store {
            Some(store) => exchange_stored(&self.server, store).await?,
            None => self.server.exchange(&stale.refresh).await?,
        };
        let renewed = Arc::new(Tokens::from(opened));
        *self.tokens.lock().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&renewed);
        Ok(renewed)
    }
}

/// Whoever is refused new tokens has to log in again.
pub(super) fn session_over(error: ClientError) -> ClientError {
    match error {
        ClientError::Refused(problem) if problem.status == 401 => ClientError::SessionOver(problem),
        other => other,
    }
}
