//! How a socket ends.

use std::borrow::Cow;
use std::time::Duration;

use actix_http::ws::{CloseCode, CloseReason};
use actix_web::http::StatusCode;

use super::queue::Full;
use crate::Services;
use crate::problem::Problem;

/// The longest time after which a client should come back when the server stops.
const MAX_RETRY: Duration = Duration::from_secs(10);

/// Why a socket ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Ending {
    /// The connection is gone: there is nobody to tell.
    Lost,
    /// The client said goodbye; it is answered in kind.
    Asked(Option<u16>),
    /// The server ends it.
    Closed {
        /// RFC 6455, section 7.4, or [`SESSION_ENDED`].
        code: u16,
        /// For people; at most 123 bytes.
        reason: Cow<'static, str>,
    },
}

/// The server stops.
const GOING_AWAY: u16 = 1001;
/// The client breaks the rules of RFC 6455.
const PROTOCOL: u16 = 1002;
/// The client sent something other than text.
const UNSUPPORTED: u16 = 1003;
/// A text is no UTF-8.
const NOT_UTF8: u16 = 1007;
/// The client breaks the rules of this API.
const POLICY: u16 = 1008;
/// A frame or message is too large.
const TOO_BIG: u16 = 1009;
/// The server failed.
const FAILED: u16 = 1011;
/// The server has to get rid of the socket; the client resumes by its cursor.
const TRY_AGAIN: u16 = 1013;
/// The session behind the socket has ended.
const SESSION_ENDED: u16 = 4401;

impl Ending {
    const fn closed(code: u16, reason: &'static str) -> Self {
        Self::Closed {
            code,
            reason: Cow::Borrowed(reason),
        }
    }

    pub(super) fn going_away(retry_in_ms: u16) -> Self {
        let reason = format!(r#"{{"retry_in_ms":{retry_in_ms}}}"#);
        Self::Closed {
            code: GOING_AWAY,
            reason: Cow::Owned(reason),
        }
    }

    pub(super) const fn protocol() -> Self {
        Self::closed(PROTOCOL, "not a WebSocket frame that belongs here")
    }

    pub(super) const fn binary() -> Self {
        Self::closed(UNSUPPORTED, "only text frames are taken")
    }

    pub(super) const fn not_utf8() -> Self {
        Self::closed(NOT_UTF8, "a text frame is not UTF-8")
    }

    pub(super) const fn too_big() -> Self {
        Self::closed(TOO_BIG, "a frame or a message is too large")
    }

    pub(super) const fn no_beginning() -> Self {
        Self::closed(POLICY, "no start or resume came in time")
    }

    pub(super) const fn left() -> Self {
        Self::closed(POLICY, "the conversation is no longer there")
    }

    pub(super) const fn too_many_errors() -> Self {
        Self::closed(POLICY, "too many frames that make no sense")
    }

    pub(super) const fn silent() -> Self {
        Self::closed(POLICY, "no frame came for too long, not even a pong")
    }

    pub(super) const fn slow() -> Self {
        Self::closed(TRY_AGAIN, "too slow: resume where you are")
    }

    pub(super) const fn busy() -> Self {
        Self::closed(TRY_AGAIN, "the server is busy: resume later")
    }

    pub(super) const fn cut_off() -> Self {
        Self::closed(
            TRY_AGAIN,
            "the server cannot reach its store: resume elsewhere, or later",
        )
    }

    pub(super) const fn failed() -> Self {
        Self::closed(FAILED, "the server failed")
    }

    pub(super) const fn session_ended() -> Self {
        Self::closed(SESSION_ENDED, "the session has ended")
    }

    /// Whether what still waits to be sent is not worth sending any more, or must not be.
    pub(super) fn discards(&self) -> bool {
        match self {
            Self::Lost | Self::Asked(_) => true,
            Self::Closed { code, .. } => matches!(*code, SESSION_ENDED | TRY_AGAIN),
        }
    }

    /// The code for the log.
    pub(super) fn code(&self) -> Option<u16> {
        match self {
            Self::Lost => None,
            Self::Asked(code) => *code,
            Self::Closed { code, .. } => Some(*code),
        }
    }

    /// What the close frame says; None for one that says nothing.
    pub(super) fn reason(&self) -> Option<CloseReason> {
        let code = self.code()?;
        let description = match self {
            Self::Closed { reason, .. } => Some(reason.clone().into_owned()),
            _ => None,
        };
        Some(CloseReason {
            code: CloseCode::from(code),
            description,
        })
    }
}

/// When a client should come back: spread, so that not all come at once.
pub(in crate::live) fn retry_in_ms(services: &Services) -> u16 {
    let mut random = [0; 2];
    services.entropy.fill(&mut random);
    let longest = u16::try_from(MAX_RETRY.as_millis()).unwrap_or(u16::MAX);
    u16::from_be_bytes(random) % longest.saturating_add(1)
}

pub(super) const fn too_slow(_: Full) -> Ending {
    Ending::slow()
}

/// How a socket ends after a use case failed with `problem`.
pub(super) fn ending_of(problem: &Problem) -> Ending {
    use actix_web::ResponseError as _;
    match problem.status_code() {
        StatusCode::UNAUTHORIZED => Ending::session_ended(),
        StatusCode::SERVICE_UNAVAILABLE
        | StatusCode::TOO_MANY_REQUESTS
        | StatusCode::INSUFFICIENT_STORAGE => Ending::busy(),
        _ => Ending::failed(),
    }
}

/// Whether what failed with `problem` may well work in a moment.
pub(in crate::live) fn is_busy(problem: &Problem) -> bool {
    ending_of(problem) == Ending::busy()
}
