//! The way to the server: requests run on the main runtime, whoever makes them, so that no connection ends with one of the
//! HTTP server's own threads; answers come as fast as they are read, so that a slow reader fills no memory.

use std::net::IpAddr;
use std::time::Duration;

use async_trait::async_trait;
use http::Response;
use http_body_util::BodyExt as _;
use object_store::ClientOptions;
use object_store::client::{
    HttpClient, HttpConnector, HttpError, HttpErrorKind, HttpRequest, HttpResponse,
    HttpResponseBody, HttpService,
};
use reqwest::redirect::Policy;
use reqwest::{Body, Client};
use tokio::runtime::Handle;

use super::task::Task;

const CONNECT: Duration = Duration::from_secs(5);
/// The longest silence: from the request, which may carry a part of 8 MB, to the answer, and between pieces of that.
const SILENCE: Duration = Duration::from_secs(60);

/// Makes clients for one server.
#[derive(Debug)]
pub(super) struct Connector {
    plain: bool,
    this_machine: bool,
    runtime: Handle,
}

impl Connector {
    /// To `http://HOST[:PORT]` or `https://HOST[:PORT]`.
    pub(super) fn to(server: &str, runtime: Handle) -> Self {
        let host = reqwest::Url::parse(server).ok();
        let host = host.as_ref().and_then(|url| url.host_str()).unwrap_or("");
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        let address: Option<IpAddr> = bare.parse().ok();
        Self {
            plain: server.starts_with("http://"),
            this_machine: host == "localhost" || address.is_some_and(|ip| ip.is_loopback()),
            runtime,
        }
    }

    fn client(&self) -> reqwest::Result<Client> {
        let mut builder = Client::builder()
            .user_agent(concat!("sealpost/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(CONNECT)
            .read_timeout(SILENCE)
            .tcp_nodelay(true)
            // A signature is for one host.
            .redirect(Policy::none())
            .https_only(!self.plain);
        if self.plain {
            // Reading the system's certificates is slow, and nothing here needs them.
            builder = builder.tls_certs_only([]);
        }
        if self.this_machine {
            builder = builder.no_proxy();
        }
        builder.build()
    }
}

impl HttpConnector for Connector {
    fn connect(&self, _: &ClientOptions) -> object_store::Result<HttpClient> {
        let client = self
            .client()
            .map_err(|error| object_store::Error::Generic {
                store: "S3",
                source: error.into(),
            })?;
        let runtime = self.runtime.clone();
        Ok(HttpClient::new(Service { client, runtime }))
    }
}

#[derive(Debug)]
struct Service {
    client: Client,
    runtime: Handle,
}

#[async_trait]
impl HttpService for Service {
    async fn call(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let request = reqwest::Request::try_from(request.map(Body::wrap)).map_err(told)?;
        let sending = self.runtime.spawn(self.client.execute(request));
        let answer = Task::of(sending)
            .await
            .map_err(|error| HttpError::new(HttpErrorKind::Unknown, error))?;
        let answer: Response<Body> = answer.map_err(told)?.into();
        Ok(answer.map(|body| HttpResponseBody::new(body.map_err(told))))
    }
}

/// What went wrong, and whether it may be repeated.
fn told(error: reqwest::Error) -> HttpError {
    let kind = if error.is_connect() {
        HttpErrorKind::Connect
    } else if error.is_timeout() {
        HttpErrorKind::Timeout
    } else if error.is_decode() {
        HttpErrorKind::Decode
    } else if error.is_builder() {
        HttpErrorKind::Unknown
    } else if error.is_request() {
        // Mostly a connection that the server closed while it was idle.
        HttpErrorKind::Request
    } else {
        HttpErrorKind::Interrupted
    };
    HttpError::new(kind, error.without_url())
}
