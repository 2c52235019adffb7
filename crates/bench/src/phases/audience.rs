//! People who listen and cost the generator little. They share the processors with the server, and the last one has a message
//! only when all before have read theirs: so one thread reads for all of them, and looks at nothing but what kind of event came.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use futures_util::{SinkExt as _, StreamExt as _};
use sealpost_domain::Secret;
use tokio::net::TcpStream;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::http::header::AUTHORIZATION;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async_with_config};

use super::PATIENCE;
use super::crowd::Person;
use crate::error::BenchError;

/// How long it may take until all listen.
const OPENING: Duration = Duration::from_secs(60);

/// What an event of a message is called.
const CREATED: &str = r#""message.created""#;

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// Everybody who listens, until this is dropped.
pub(super) struct Audience {
    tally: Arc<Tally>,
    everybody_has_it: mpsc::UnboundedReceiver<Instant>,
    _stays: oneshot::Sender<()>,
}

impl Audience {
    /// Opens a socket for each of them, at `url` (`http:`: these sockets know no TLS).
    pub(super) async fn gather(url: &str, people: &[Person]) -> Result<Self, BenchError> {
        let url = format!("{}v1/ws", url.replacen("http", "ws", 1));
        let mut tokens = Vec::with_capacity(people.len());
        for person in people {
            tokens.push(person.client.access_token().await?);
        }
        let (tell, everybody_has_it) = mpsc::unbounded_channel();
        let tally = Arc::new(Tally {
            members: people.len(),
            arrived: AtomicUsize::new(0),
            tell,
        });
        let (stays, gone) = oneshot::channel();
        let (ready, opened) = oneshot::channel();
        let counting = Arc::clone(&tally);
        in_a_thread(async move {
            match listen_all(&url, tokens, &counting).await {
                Ok(_listeners) => {
                    if ready.send(Ok(())).is_ok() {
                        let _ = gone.await;
                    }
                }
                Err(error) => {
                    let _ = ready.send(Err(error));
                }
            }
        })?;
        let Ok(Ok(opened)) = timeout(OPENING, opened).await else {
            return Err(BenchError::Socket(
                "not all were opened within a minute".to_owned(),
            ));
        };
        opened?;
        Ok(Self {
            tally,
            everybody_has_it,
            _stays: stays,
        })
    }

    /// When the last one of them had one message more.
    pub(super) async fn last(&mut self) -> Result<Instant, BenchError> {
        let last = timeout(PATIENCE, self.everybody_has_it.recv()).await;
        last.ok()
            .flatten()
            .ok_or_else(|| BenchError::Missing(self.tally.missing()))
    }
}

/// Runs it on a thread of its own.
fn in_a_thread(listening: impl Future<Output = ()> + Send + 'static) -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_io()
        .build()?;
    let thread = std::thread::Builder::new().name("audience".to_owned());
    thread.spawn(move || runtime.block_on(listening)).map(drop)
}

/// Opens a socket with each of these tokens. Who listens on them is in the set, and stops when it is dropped.
async fn listen_all(
    url: &str,
    tokens: Vec<Secret<String>>,
    tally: &Arc<Tally>,
) -> Result<JoinSet<()>, BenchError> {
    let mut listeners = JoinSet::new();
    for token in tokens {
        let socket = open(url, &token).await?;
        listeners.spawn(listen(socket, Arc::clone(tally)));
    }
    Ok(listeners)
}

/// A socket that is told of what comes from now on.
async fn open(url: &str, token: &Secret<String>) -> Result<Socket, BenchError> {
    let mut request = url.into_client_request()?;
    let token = HeaderValue::try_from(format!("Bearer {}", token.expose()));
    let mut token = token.map_err(|error| BenchError::Socket(error.to_string()))?;
    token.set_sensitive(true);
    request.headers_mut().insert(AUTHORIZATION, token);
    // What is told fits; the library would clear 128 KiB for each reading.
    let config = WebSocketConfig::default().read_buffer_size(4 * 1024);
    let (mut socket, _) = connect_async_with_config(request, Some(config), false).await?;
    socket.send(Message::text(r#"{"type":"start"}"#)).await?;
    match socket.next().await {
        Some(Ok(Message::Text(said))) if said.contains(r#""started""#) => Ok(socket),
        said => Err(BenchError::Socket(format!("it said {said:?}"))),
    }
}

/// Counts the messages that come. Where a socket ends nothing more is counted, and somebody misses it.
async fn listen(mut socket: Socket, tally: Arc<Tally>) {
    while let Some(Ok(said)) = socket.next().await {
        // Several may come in one frame.
        let messages = said.to_text().unwrap_or_default().matches(CREATED);
        messages.for_each(|_| tally.count());
    }
}

/// Counts who has a message, and tells when all have it: whoever waits for that is not woken for each.
struct Tally {
    members: usize,
    /// Of all messages together.
    arrived: AtomicUsize,
    tell: mpsc::UnboundedSender<Instant>,
}

impl Tally {
    fn count(&self) {
        let arrived = self.arrived.fetch_add(1, Ordering::Relaxed) + 1;
        if arrived.is_multiple_of(self.members) {
            // At the end nobody wants to know.
            let _ = self.tell.send(Instant::now());
        }
    }

    /// How many do not have the last message.
    fn missing(&self) -> usize {
        self.members - self.arrived.load(Ordering::Relaxed) % self.members
    }
}
