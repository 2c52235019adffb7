//! What an operator or a test can set about the HTTP server, and the limits nobody can.

use std::net::IpAddr;
use std::time::Duration;

use ipnet::IpNet;

use crate::WebClient;
use crate::limits::RateClock;

/// The largest JSON body of an ordinary route, in bytes.
pub(crate) const JSON_LIMIT: usize = 256 * 1024;
/// The largest JSON body of a route that anybody may call to register or log in, in bytes.
pub(crate) const AUTH_JSON_LIMIT: usize = 64 * 1024;
/// How long a JSON body may take to arrive as a whole.
pub(crate) const BODY_TIMEOUT: Duration = Duration::from_secs(10);
/// How many bytes a second a body that is no JSON must bring at the least, beyond that time.
pub(crate) const BODY_RATE: u64 = 64 * 1024;
/// How long a handler may take once its body is there.
pub(crate) const HANDLER_TIMEOUT: Duration = Duration::from_secs(10);
/// How long an upload may pause.
pub(crate) const UPLOAD_IDLE: Duration = Duration::from_secs(15);
/// How many bytes a second an upload must bring on average.
pub(crate) const UPLOAD_RATE: u64 = 1_024;
/// How long the disk may take for what has come of an upload, its last piece included, before the handler is given up.
pub(crate) const UPLOAD_STALL: Duration = Duration::from_secs(120);
/// How long the head of the first request on a connection may take.
pub(crate) const HEAD_TIMEOUT: Duration = Duration::from_secs(5);
/// How long an idle connection is kept.
pub(crate) const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// After this many requests a connection is closed.
pub(crate) const REQUESTS_PER_CONNECTION: u32 = 1_000;
/// How long requests that were accepted may take to finish once the server stops, in seconds.
pub(crate) const SHUTDOWN_SECONDS: u64 = 20;
/// How long the kernel keeps a connection whose peer takes nothing of what was sent.
#[cfg(target_os = "linux")]
pub(crate) const UNREAD_TIMEOUT: Duration = Duration::from_secs(30);
/// How long each readiness check may take.
pub(crate) const READINESS_TIMEOUT: Duration = Duration::from_secs(1);

/// What differs between installations.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Who may say for whom they forward.
    pub trusted_proxies: TrustedProxies,
    /// How many connections may be open at once; more wait in the kernel's queue.
    pub max_connections: usize,
    /// How long `/readyz` answers 503 before the server stops accepting, so that load balancers notice.
    pub drain_delay: Duration,
    /// How patient the server is with a WebSocket.
    pub sockets: SocketTimes,
    /// Whether request rates are limited.
    pub limits: bool,
    /// What they are counted by.
    pub rate_clock: RateClock,
    /// Whether other instances may be on the same store, who are to know of them.
    pub shares_rates: bool,
    /// Which dialects are served.
    pub dialects: Dialects,
    /// The web client at `/`; None if it is not served.
    pub web: Option<WebClient>,
}

/// Which dialects are served. What belongs to one that is not answers 404.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dialects {
    /// Document 000: `/api/…`.
    pub messenger: bool,
    /// Document 001: `/create_session_key`, `/encrypt/…` and others.
    pub channel: bool,
    /// Document 002: `/auth/…`, `/users/…`, `/conversations/…`, `/ws/chat/…` and others.
    pub social: bool,
    /// Document 003: `/create_user`, `/authenticate` and others.
    pub mailbox: bool,
    /// Document 004: `/registration`, `/load` and others.
    pub vault: bool,
}

impl Dialects {
    /// None of them.
    pub const NONE: Self = Self {
        messenger: false,
        channel: false,
        social: false,
        mailbox: false,
        vault: false,
    };
    /// All of them.
    pub const ALL: Self = Self {
        messenger: true,
        channel: true,
        social: true,
        mailbox: true,
        vault: true,
    };
}

impl Default for Dialects {
    /// All of them.
    fn default() -> Self {
        Self::ALL
    }
}

/// How patient the server is with a WebSocket. All are looked at once a second.
#[derive(Debug, Clone, Copy)]
pub struct SocketTimes {
    /// How long the client may take to say where it wants to begin.
    pub first_frame: Duration,
    /// How often the client is asked whether it is there.
    pub ping: Duration,
    /// After so long without a frame from the client, it counts as gone.
    pub silence: Duration,
    /// After so long without taking anything of what waits for it, the client counts as too slow.
    pub stall: Duration,
    /// How long the last frames may take to leave.
    pub farewell: Duration,
}

impl Default for SocketTimes {
    /// 10 s for the first frame, a ping every 20 s, gone at 45 s, too slow at 10 s, 5 s to say goodbye.
    fn default() -> Self {
        Self {
            first_frame: Duration::from_secs(10),
            ping: Duration::from_secs(20),
            silence: Duration::from_secs(45),
            stall: Duration::from_secs(10),
            farewell: Duration::from_secs(5),
        }
    }
}

impl Default for Settings {
    /// No proxy, 25,000 connections, five seconds, all limits and dialects, no web client, no other instance.
    fn default() -> Self {
        Self {
            trusted_proxies: TrustedProxies::default(),
            max_connections: 25_000,
            drain_delay: Duration::from_secs(5),
            sockets: SocketTimes::default(),
            limits: true,
            rate_clock: RateClock::default(),
            shares_rates: false,
            dialects: Dialects::default(),
            web: None,
        }
    }
}

/// The networks whose `Forwarded` and `X-Forwarded-For` headers are believed.
#[derive(Debug, Clone, Default)]
pub struct TrustedProxies(Vec<IpNet>);

impl TrustedProxies {
    /// Believes these networks.
    #[must_use]
    pub const fn new(networks: Vec<IpNet>) -> Self {
        Self(networks)
    }

    /// Whether `address` is in one of them.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address))
    }
}
