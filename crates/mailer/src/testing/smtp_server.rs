use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

use super::session;

/// How a [`SmtpServer`] behaves. By default it takes every mail, in clear, from everybody.
#[derive(Debug, Clone, Default)]
pub struct Script {
    /// Whether TLS begins with the first byte.
    pub implicit_tls: bool,
    /// Whether STARTTLS is offered.
    pub starttls: bool,
    /// Whether addresses may be other than ASCII.
    pub smtputf8: bool,
    /// The name and password it wants before a mail.
    pub login: Option<(String, String)>,
    /// What it does otherwise at a step: `connect`, a command's name (`EHLO`, `MAIL`, …), or `content`, when it has the
    /// whole mail and is to answer.
    pub at: HashMap<&'static str, Act>,
}

/// What a [`SmtpServer`] does instead of its usual answer.
#[derive(Debug, Clone)]
pub enum Act {
    /// Answers this line.
    Answer(String),
    /// Closes the connection.
    Close,
    /// Waits for [`SmtpServer::release`]; then answers as usual.
    Hold,
}

/// A mail that was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceivedMail {
    /// The sender of the envelope.
    pub from: String,
    /// The recipients of the envelope.
    pub to: Vec<String>,
    /// The message, as it came.
    pub content: String,
    /// Whether it came under TLS.
    pub encrypted: bool,
    /// Whether its sender had logged in.
    pub logged_in: bool,
}

impl ReceivedMail {
    /// The value of the first header of this name, unfolded.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<String> {
        let (headers, _) = self.content.split_once("\r\n\r\n")?;
        let unfolded = headers.replace("\r\n ", " ");
        unfolded.lines().find_map(|line| {
            let (found, value) = line.split_once(": ")?;
            found
                .eq_ignore_ascii_case(name)
                .then(|| value.trim().to_owned())
        })
    }
}

/// What the sessions of a server share.
pub(super) struct Shared {
    pub(super) script: Mutex<Script>,
    pub(super) taken: Mutex<Vec<ReceivedMail>>,
    pub(super) tls: TlsAcceptor,
    /// How many sessions wait for their release, and how many releases there were.
    pub(super) held: watch::Sender<u32>,
    pub(super) released: watch::Sender<u32>,
}

/// A mail server on a port of its own of 127.0.0.1, until it is dropped.
pub struct SmtpServer {
    port: u16,
    certificate: String,
    shared: Arc<Shared>,
    listening: JoinHandle<()>,
}

impl SmtpServer {
    /// Starts it.
    ///
    /// # Panics
    /// If it cannot listen.
    pub async fn start(script: Script) -> Self {
        let (tls, certificate) = self_signed();
        let shared = Arc::new(Shared {
            script: Mutex::new(script),
            taken: Mutex::default(),
            tls,
            held: watch::Sender::new(0),
            released: watch::Sender::new(0),
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let sessions = Arc::clone(&shared);
        let listening = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(session::serve(stream, Arc::clone(&sessions)));
            }
        });
        Self {
            port,
            certificate,
            shared,
            listening,
        }
    }

    /// Its port.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// The certificate it shows (PEM), for `localhost` and `127.0.0.1`; nobody has signed it but itself.
    #[must_use]
    pub fn certificate(&self) -> &str {
        &self.certificate
    }

    /// Changes how it behaves from the next step on.
    ///
    /// # Panics
    /// If a session panicked.
    pub fn change(&self, change: impl FnOnce(&mut Script)) {
        change(&mut self.shared.script.lock().unwrap());
    }

    /// The mails it has taken: those whose end it has seen, answered or not.
    ///
    /// # Panics
    /// If a session panicked.
    #[must_use]
    pub fn taken(&self) -> Vec<ReceivedMail> {
        self.shared.taken.lock().unwrap().clone()
    }

    /// Waits until `count` sessions have come to an [`Act::Hold`] since the start.
    ///
    /// # Panics
    /// If they have not within a minute.
    pub async fn until_held(&self, count: u32) {
        let mut held = self.shared.held.subscribe();
        let reached = held.wait_for(|now| *now >= count);
        timeout(Duration::from_secs(60), reached)
            .await
            .unwrap()
            .unwrap();
    }

    /// Lets the sessions that wait go on.
    pub fn release(&self) {
        self.shared.released.send_modify(|count| *count += 1);
    }
}

impl Drop for SmtpServer {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

fn self_signed() -> (TlsAcceptor, String) {
    let names = ["localhost".to_owned(), "127.0.0.1".to_owned()];
    let made = rcgen::generate_simple_self_signed(names).unwrap();
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
    let config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .unwrap();
    (TlsAcceptor::from(Arc::new(config)), made.cert.pem())
}
