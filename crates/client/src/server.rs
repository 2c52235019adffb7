//! A server, and what can be done there before anybody is logged in.

use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{self, HeaderMap};
use reqwest::redirect::Policy;
use reqwest::{RequestBuilder, Response, Url};
use sealpost_domain::Secret;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::json;

use crate::call::Call;
use crate::patience::Attempts;
use crate::wire::{Account, OpenedSession};
use crate::{Client, ClientError, LogIn, PendingLogIn, Problem, TokenStore};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// For how long calls that may be repeated are repeated while the server does not answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// A server, and the connections to it. Cloning is cheap and shares them.
#[derive(Debug, Clone)]
pub struct Server {
    base: Url,
    http: reqwest::Client,
    patience: Duration,
}

impl Server {
    /// The server at `http://HOST[:PORT]` or `https://HOST[:PORT]`. TLS is rustls with the system's root certificates.
    /// A server on this machine is never looked for behind a proxy. Nothing is sent yet.
    ///
    /// # Errors
    /// [`ClientError::InvalidUrl`]; [`ClientError::NoAnswer`] if TLS cannot be set up.
    pub fn at(url: &str) -> Result<Self, ClientError> {
        let base = Url::parse(url).map_err(|_| ClientError::InvalidUrl)?;
        // A password in a URL is seen by whoever lists the processes.
        let has_user = !base.username().is_empty() || base.password().is_some();
        if !matches!(base.scheme(), "http" | "https") || base.cannot_be_a_base() || has_user {
            return Err(ClientError::InvalidUrl);
        }
        let mut builder = reqwest::Client::builder()
            .user_agent(concat!("sealpost-client/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(CONNECT_TIMEOUT)
            .tcp_nodelay(true)
            // No route of the API redirects: whoever does is not the server.
            .redirect(Policy::none());
        if base.scheme() == "http" {
            // Reading the system's certificates is slow, and nothing here needs them.
            builder = builder.tls_certs_only([]);
        }
        if is_this_machine(&base) {
            builder = builder.no_proxy();
        }
        Ok(Self {
            base,
            http: builder.build().map_err(ClientError::no_answer)?,
            patience: PATIENCE,
        })
    }

    /// Sets for how long a call that may be repeated is repeated while the server does not answer or is too busy (ten
    /// seconds unless said otherwise; zero: not at all).
    #[must_use]
    pub const fn with_patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// For how long such a call is repeated.
    pub(crate) const fn patience(&self) -> Duration {
        self.patience
    }

    /// Where people reach it, as it says itself: links begin with it.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn public_url(&self) -> Result<String, ClientError> {
        let described: Described =
            read(self.send(&Call::get(&["v1", "server"]), None).await?).await?;
        Ok(described.public_url)
    }

    /// Where it is.
    #[must_use]
    pub fn url(&self) -> &str {
        self.base.as_str()
    }

    /// Whether others can read on the way what is said to it: plain HTTP to another machine.
    #[must_use]
    pub fn is_exposed(&self) -> bool {
        self.base.scheme() == "http" && !is_this_machine(&self.base)
    }

    /// Makes an account.
    ///
    /// # Errors
    /// [`ClientError::Refused`] with `username-taken`, or with the fields that break a rule. After
    /// [`ClientError::NoAnswer`], log in to see whether the account was made.
    pub async fn register(
        &self,
        username: &str,
        password: &str,
        email: Option<&str>,
    ) -> Result<Account, ClientError> {
        let body = json!({"username": username, "password": password, "email": email});
        let call = Call::post(&["v1", "accounts"], &body)?.idempotent();
        read(self.send(&call, None).await?).await
    }

    /// Opens a session. `identifier` is a username or a mail address.
    ///
    /// # Errors
    /// [`ClientError::Refused`] with `wrong-credentials`, or with `second-factor-required`: then [`Server::begin_log_in`] is
    /// needed.
    pub async fn log_in(&self, identifier: &str, password: &str) -> Result<Client, ClientError> {
        let body = json!({"identifier": identifier, "password": password});
        self.open(&Call::post(&["v1", "sessions"], &body)?).await
    }

    /// Opens a session, or says that a second factor is wanted. `identifier` is a username or a mail address.
    ///
    /// # Errors
    /// [`ClientError::Refused`] with `wrong-credentials`.
    pub async fn begin_log_in(
        &self,
        identifier: &str,
        password: &str,
    ) -> Result<LogIn, ClientError> {
        match self.log_in(identifier, password).await {
            Err(ClientError::Refused(mut problem)) => match problem.ticket.take() {
                Some(ticket) => Ok(LogIn::SecondFactor(PendingLogIn::new(
                    self.clone(),
                    ticket,
                    problem.factors,
                ))),
                None => Err(ClientError::Refused(problem)),
            },
            opened => opened.map(LogIn::Opened),
        }
    }

    /// Makes the call that opens a session.
    pub(crate) async fn open(&self, call: &Call<'_>) -> Result<Client, ClientError> {
        let opened = read(self.send(call, None).await?).await?;
        Ok(Client::opened(self.clone(), opened))
    }

    /// Goes on with a session that was kept ([`Client::refresh_token`]). Nothing is sent yet: the first call renews the
    /// tokens, and spends this one.
    #[must_use]
    pub fn resume(&self, refresh_token: Secret<String>) -> Client {
        Client::resumed(self.clone(), refresh_token)
    }

    /// Goes on with a session whose refresh token is kept where several programs use it. Nothing is sent yet.
    #[must_use]
    pub fn resume_from(&self, store: Arc<dyn TokenStore>) -> Client {
        Client::resumed_from(self.clone(), store)
    }

    /// Exchanges a refresh token. A lost answer is asked for again: the server gives the same for ten seconds.
    pub(crate) async fn exchange(
        &self,
        refresh_token: &Secret<String>,
    ) -> Result<OpenedSession, ClientError> {
        let body = json!({"refresh_token": refresh_token.expose()});
        let call = Call::post(&["v1", "sessions", "refresh"], &body)?.repeatable();
        read(self.send(&call, None).await?).await
    }

    /// Makes a call, again and again if it may be, and returns the answer of a success.
    pub(crate) async fn send(
        &self,
        call: &Call<'_>,
        token: Option<&str>,
    ) -> Result<Response, ClientError> {
        let mut attempts = Attempts::within(self.patience);
        loop {
            match self.send_once(call, token).await {
                Err(error) if call.repeatable => attempts.after(error).await?,
                result => return result,
            }
        }
    }

    async fn send_once(
        &self,
        call: &Call<'_>,
        token: Option<&str>,
    ) -> Result<Response, ClientError> {
        let mut request = self.request(call, token)?.timeout(call.timeout);
        if let Some(json) = &call.json {
            request = request
                .header(header::CONTENT_TYPE, "application/json")
                .body(json.clone());
        }
        succeeded(request.send().await.map_err(ClientError::no_answer)?).await
    }

    /// Makes a call whose answer takes as long as it takes; nothing is repeated.
    pub(crate) async fn send_streaming(
        &self,
        call: &Call<'_>,
        token: &str,
    ) -> Result<Response, ClientError> {
        let answer = self.request(call, Some(token))?.send().await;
        succeeded(answer.map_err(ClientError::no_answer)?).await
    }

    /// A request without its body and its time limit.
    pub(crate) fn request(
        &self,
        call: &Call<'_>,
        token: Option<&str>,
    ) -> Result<RequestBuilder, ClientError> {
        let mut url = self.base.clone();
        url.path_segments_mut()
            .map_err(|()| ClientError::InvalidUrl)?
            .pop_if_empty()
            .extend(&call.path);
        if !call.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&call.query);
        }
        let mut request = self.http.request(call.method.clone(), url);
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        if let Some(key) = &call.idempotency_key {
            request = request.header("Idempotency-Key", key);
        }
        Ok(request)
    }
}

/// What a server says of itself.
#[derive(Deserialize)]
struct Described {
    public_url: String,
}

fn is_this_machine(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost"
        || host
            .parse()
            .is_ok_and(|address: std::net::IpAddr| address.is_loopback())
}

/// The answer, unless it is a refusal.
pub(crate) async fn succeeded(response: Response) -> Result<Response, ClientError> {
    let status = response.status();
    if status.is_success() || status.is_informational() {
        return Ok(response);
    }
    let retry_after = retry_after(response.headers());
    let body = response.bytes().await.map_err(ClientError::no_answer)?;
    let mut problem = serde_json::from_slice(&body).unwrap_or_else(|_| Problem {
        // A proxy in front of the server, or another program.
        status: status.as_u16(),
        code: String::new(),
        detail: status
            .canonical_reason()
            .unwrap_or("no reason given")
            .to_owned(),
        ..Problem::default()
    });
    problem.retry_after = retry_after;
    Err(ClientError::Refused(Box::new(problem)))
}

fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds = headers.get(header::RETRY_AFTER)?.to_str().ok()?;
    seconds.parse().ok().map(Duration::from_secs)
}

/// Reads the JSON of an answer.
pub(crate) async fn read<T: DeserializeOwned>(response: Response) -> Result<T, ClientError> {
    let body = response.bytes().await.map_err(ClientError::no_answer)?;
    serde_json::from_slice(&body).map_err(|error| {
        // serde's texts can repeat what they read: only where it stopped is told.
        ClientError::unexpected(format_args!(
            "unreadable at line {} column {}",
            error.line(),
            error.column()
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_is_at_an_http_url() {
        for url in [
            "",
            "localhost:5000",
            "ftp://a.example",
            "mailto:a@b.example",
            "https://alice:hunter2@a.example",
        ] {
            assert!(
                matches!(Server::at(url), Err(ClientError::InvalidUrl)),
                "{url}"
            );
        }
        for url in ["http://localhost:5000", "https://a.example/behind/"] {
            assert!(Server::at(url).is_ok(), "{url}");
        }
    }

    #[test]
    fn what_is_in_a_path_stays_one_segment() {
        for (base, expected) in [
            (
                "http://a.example",
                "http://a.example/v1/users/a%2Fb%3Fc/keys?limit=5",
            ),
            (
                "http://a.example/x/",
                "http://a.example/x/v1/users/a%2Fb%3Fc/keys?limit=5",
            ),
        ] {
            let server = Server::at(base).unwrap();
            let call = Call::get(&["v1", "users", "a/b?c", "keys"]).query("limit", &5);
            let request = server.request(&call, None).unwrap().build().unwrap();
            assert_eq!(request.url().as_str(), expected);
        }
    }

    #[test]
    fn this_machine_is_recognized() {
        for (url, here) in [
            ("http://localhost:1", true),
            ("http://127.0.0.9", true),
            ("http://[::1]:1", true),
            ("http://10.0.0.1", false),
            ("http://localhost.example", false),
        ] {
            assert_eq!(is_this_machine(&Url::parse(url).unwrap()), here, "{url}");
            assert_eq!(Server::at(url).unwrap().is_exposed(), !here, "{url}");
        }
    }
}
