//! The one way out: allowed hosts, no redirects, bounded time and length.

use std::error::Error;
use std::pin::Pin;
use std::time::Duration;

use oauth2::{AsyncHttpClient, HttpRequest, HttpResponse};
use reqwest::redirect::Policy;
use reqwest::{Client, Response, StatusCode};
use thiserror::Error;
use url::Url;

use crate::hosts::AllowedHosts;

/// How long a connection may take.
const CONNECT: Duration = Duration::from_secs(5);
/// How long one answer may take.
const ANSWER: Duration = Duration::from_secs(10);
/// The longest answer in bytes, but for pictures.
const LONGEST: usize = 1 << 20;

/// Why no provider can be asked: the system's certificates cannot be read.
#[derive(Debug, Error)]
#[error("TLS to providers cannot be set up")]
pub struct TlsError(#[source] Box<dyn Error + Send + Sync>);

/// Why there is no answer.
#[derive(Debug, Error)]
pub(crate) enum FetchError {
    /// The provider's description sends this server to a place the operator has not allowed.
    #[error(
        "the provider sends this server to {0}, which is not allowed; if it is right, add its host to `hosts` of this \
         provider"
    )]
    Place(String),
    /// More than it may have.
    #[error("the answer is longer than {0} bytes")]
    TooLong(usize),
    /// Not what was asked for.
    #[error("the answer is {0}")]
    Status(StatusCode),
    /// The library made a request that is none.
    #[error("the request cannot be made")]
    Request(#[source] reqwest::Error),
    /// The network, TLS, or time.
    #[error("no answer")]
    Network(#[source] reqwest::Error),
}

/// Asks providers.
pub(crate) struct Fetcher {
    client: Client,
    hosts: AllowedHosts,
}

impl Fetcher {
    /// A way out to these hosts.
    pub(crate) fn new(hosts: AllowedHosts) -> Result<Self, TlsError> {
        let mut client = Client::builder()
            .user_agent(concat!("sealpost/", env!("CARGO_PKG_VERSION")))
            .redirect(Policy::none())
            .connect_timeout(CONNECT)
            .timeout(ANSWER)
            // Logins are rare, and the server's threads each have a runtime of their own: nothing to share.
            .pool_max_idle_per_host(0);
        if hosts.are_loopback() {
            client = client.no_proxy();
        }
        let client = client.build().map_err(|error| TlsError(error.into()))?;
        Ok(Self { client, hosts })
    }

    /// Whether this address may be asked.
    pub(crate) fn permits(&self, url: &Url) -> bool {
        self.hosts.permit(url)
    }

    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, FetchError> {
        let request = reqwest::Request::try_from(request).map_err(FetchError::Request)?;
        if !self.hosts.permit(request.url()) {
            return Err(FetchError::Place(
                request.url().origin().ascii_serialization(),
            ));
        }
        let response = self.client.execute(request).await;
        let response = response.map_err(|error| FetchError::Network(error.without_url()))?;
        let mut answer = HttpResponse::new(Vec::new());
        *answer.status_mut() = response.status();
        *answer.headers_mut() = response.headers().clone();
        *answer.body_mut() = read(response, LONGEST).await?;
        Ok(answer)
    }

    /// The file at this address. Nothing of a login goes along.
    pub(crate) async fn file(&self, url: &Url, longest: usize) -> Result<Vec<u8>, FetchError> {
        if !self.hosts.permit(url) {
            return Err(FetchError::Place(url.origin().ascii_serialization()));
        }
        let response = self.client.get(url.clone()).send().await;
        let response = response.map_err(|error| FetchError::Network(error.without_url()))?;
        if response.status() != StatusCode::OK {
            return Err(FetchError::Status(response.status()));
        }
        read(response, longest).await
    }
}

/// The body, as long as it is not too long, whatever its head says.
async fn read(mut response: Response, longest: usize) -> Result<Vec<u8>, FetchError> {
    let mut body = Vec::new();
    loop {
        let piece = response.chunk().await;
        let Some(piece) = piece.map_err(|error| FetchError::Network(error.without_url()))? else {
            return Ok(body);
        };
        if body.len() + piece.len() > longest {
            return Err(FetchError::TooLong(longest));
        }
        body.extend_from_slice(&piece);
    }
}

impl<'c> AsyncHttpClient<'c> for Fetcher {
    type Error = FetchError;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, FetchError>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.send(request))
    }
}
