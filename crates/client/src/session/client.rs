use std::sync::Arc;

use reqwest::{RequestBuilder, Response};
use sealpost_domain::Secret;
use sealpost_domain::sessions::SessionId;
use serde::de::DeserializeOwned;

use super::tokens::{Keeper, Tokens, session_over};
use crate::call::Call;
use crate::server::{read, succeeded};
use crate::wire::OpenedSession;
use crate::{ClientError, Server, TokenStore};

/// Somebody who is logged in. Cloning is cheap: all clones share the session, its tokens and the connections.
///
/// An access token that has expired is renewed by the call that needs it, once for all calls that run at the same time.
#[derive(Debug, Clone)]
pub struct Client {
    keeper: Arc<Keeper>,
}

impl Client {
    pub(crate) fn opened(server: Server, opened: OpenedSession) -> Self {
        Self {
            keeper: Arc::new(Keeper::new(server, opened.into())),
        }
    }

    pub(crate) fn resumed(server: Server, refresh: Secret<String>) -> Self {
        let tokens = Tokens {
            refresh,
            access: None,
        };
        Self {
            keeper: Arc::new(Keeper::new(server, tokens)),
        }
    }

    pub(crate) fn resumed_from(server: Server, store: Arc<dyn TokenStore>) -> Self {
        Self {
            keeper: Arc::new(Keeper::stored(server, store)),
        }
    }

    /// Where it is logged in.
    #[must_use]
    pub fn server(&self) -> &Server {
        self.keeper.server()
    }

    /// The present refresh token, to be kept for [`Server::resume`]. Each renewal makes another one. Empty for a session that
    /// goes on from a [`TokenStore`], before its first call: the store has it.
    #[must_use]
    pub fn refresh_token(&self) -> Secret<String> {
        self.keeper.current().refresh.clone()
    }

    /// An access token for a request that this library does not make; a new one if the present one has expired. It ends after some
    /// minutes: ask for it again before each request.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn access_token(&self) -> Result<Secret<String>, ClientError> {
        let tokens = self.keeper.good().await?;
        let access = tokens.access.as_ref().map(|access| access.token.clone());
        access.ok_or_else(|| ClientError::unexpected("there is no access token"))
    }

    /// Names the session; None for a resumed one before its first call.
    #[must_use]
    pub fn session_id(&self) -> Option<SessionId> {
        let tokens = self.keeper.current();
        tokens.access.as_ref().map(|access| access.session)
    }

    /// Renews the tokens now. Calls do this by themselves when they must.
    ///
    /// # Errors
    /// [`ClientError::SessionOver`].
    pub async fn refresh(&self) -> Result<(), ClientError> {
        let stale = self.keeper.current();
        self.keeper.renew(&stale).await.map(drop)
    }

    /// Ends the session.
    ///
    /// # Errors
    /// [`ClientError`]; [`ClientError::SessionOver`] says that it had ended already.
    pub async fn log_out(&self) -> Result<(), ClientError> {
        let call = Call::delete(&["v1", "sessions", "current"]);
        self.call(&call).await.map(drop)
    }

    /// Makes a call and reads its answer.
    pub(crate) async fn fetch<T: DeserializeOwned>(
        &self,
        call: &Call<'_>,
    ) -> Result<T, ClientError> {
        read(self.call(call).await?).await
    }

    /// Makes a call; with renewed tokens once more if the server does not take the present ones.
    pub(crate) async fn call(&self, call: &Call<'_>) -> Result<Response, ClientError> {
        let tokens = self.keeper.good().await?;
        match self.keeper.server().send(call, bearer(&tokens)).await {
            Err(error) if is_stale_token(&error) => {
                let tokens = self.keeper.renew(&tokens).await?;
                let answer = self.keeper.server().send(call, bearer(&tokens)).await;
                answer.map_err(session_over)
            }
            answer => answer.map_err(session_over),
        }
    }

    /// Makes a call whose body comes once, or whose answer takes as long as it takes: there is no time limit, and nothing
    /// is repeated.
    pub(crate) async fn call_streaming(
        &self,
        call: &Call<'_>,
        prepare: impl FnOnce(RequestBuilder) -> RequestBuilder,
    ) -> Result<Response, ClientError> {
        let tokens = self.keeper.good().await?;
        let request = self.keeper.server().request(call, bearer(&tokens))?;
        let answer = prepare(request).send().await;
        let answer = succeeded(answer.map_err(ClientError::no_answer)?).await;
        answer.map_err(session_over)
    }

    /// Makes a call that was given headers or a body of its own by `prepare`. It is made once more, with renewed tokens,
    /// if the server does not take the present ones.
    pub(crate) async fn call_prepared(
        &self,
        call: &Call<'_>,
        prepare: impl Fn(RequestBuilder) -> RequestBuilder,
    ) -> Result<Response, ClientError> {
        let mut tokens = self.keeper.good().await?;
        let mut renewed = false;
        loop {
            let request = self.keeper.server().request(call, bearer(&tokens))?;
            let answer = prepare(request).send().await;
            match succeeded(answer.map_err(ClientError::no_answer)?).await {
                Err(error) if is_stale_token(&error) && !renewed => {
                    tokens = self.keeper.renew(&tokens).await?;
                    renewed = true;
                }
                answer => return answer.map_err(session_over),
            }
        }
    }
}

fn bearer(tokens: &Tokens) -> Option<&str> {
    let access = tokens.access.as_ref()?;
    Some(access.token.expose())
}

/// Whether new tokens may help: not where the session has ended.
fn is_stale_token(error: &ClientError) -> bool {
    error
        .problem()
        .is_some_and(|problem| problem.status == 401 && problem.code != "session-ended")
}
