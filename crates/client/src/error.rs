//! What can go wrong.

use std::path::PathBuf;
use std::time::Duration;
use std::{fmt, io};

use sealpost_crypto::jose::{CannotOpen, CannotSeal};
use sealpost_domain::Secret;
use sealpost_domain::ports::KeyRefused;
use serde::Deserialize;
use thiserror::Error;

use crate::wire::parse;

/// Why a call failed.
#[derive(Debug, Error)]
pub enum ClientError {
    /// The server refused, and says why.
    #[error("{0}")]
    Refused(Box<Problem>),
    /// The session is over (it was ended, it expired, or its refresh token is in other hands): log in again.
    #[error("the session is over: {0}")]
    SessionOver(Box<Problem>),
    /// No answer: the server is not reached, or the connection was lost. Whether the call had an effect is not known.
    #[error("no answer from the server: {0}")]
    NoAnswer(#[source] reqwest::Error),
    /// The server said something that this version does not understand.
    #[error("the server's answer makes no sense: {0}")]
    Unexpected(String),
    /// No URL of a server.
    #[error("not the URL of a server: expected http://HOST or https://HOST")]
    InvalidUrl,
    /// Somebody in the conversation has published no key to seal to.
    #[error("{username} has no key to seal to: nothing was sent")]
    NoKey {
        /// Who.
        username: String,
    },
    /// The server handed out a key that is not a good one.
    #[error("a key of {username} is not good ({reason}): nothing was sent")]
    BadKey {
        /// Whose.
        username: String,
        /// What is wrong with it.
        reason: KeyRefused,
    },
    /// The message was not sealed.
    #[error(transparent)]
    CannotSeal(#[from] CannotSeal),
    /// The message is not what it seems, or not for this device. Show nothing of it.
    #[error(transparent)]
    CannotOpen(#[from] CannotOpen),
    /// The message is longer than a server takes ([`sealpost_domain::messages::Body::MAX_BYTES`]): it was not sent. What is
    /// longer is a file; a sealed message has an entry for each key, so that it must say less or go to fewer people at once.
    #[error("the message has {size} bytes{}, and may have {limit}: nothing was sent", sealed_to(*keys))]
    TooLarge {
        /// How many bytes its body has.
        size: usize,
        /// How many it may have.
        limit: usize,
        /// To how many keys it is sealed, if the SDK has sealed it.
        keys: Option<usize>,
    },
    /// A message that is deleted, or whose time is over.
    #[error("this message is deleted")]
    Deleted,
    /// A message in another format than `jose`.
    #[error("this message is not in the format jose")]
    NotSealed,
    /// A sealed file is not what its owner has sealed. Show nothing of it.
    #[error("this file is damaged, or not the one that was sealed")]
    DamagedFile,
    /// A file that the server keeps under its own key, or a link to one: there is nothing to open here.
    #[error("this file is not end-to-end encrypted")]
    NotEndToEnd,
    /// No link to a file.
    #[error("not a link to a file: expected https://HOST/link/ID#SECRET")]
    InvalidLink,
    /// A file of one's own cannot be read or written.
    #[error("cannot read or write: {0}")]
    LocalFile(#[from] io::Error),
    /// The file of a device's keys.
    #[error("{path}: {error}", path = path.display())]
    DeviceFile {
        /// The file.
        path: PathBuf,
        /// What went wrong.
        error: io::Error,
    },
}

fn sealed_to(keys: Option<usize>) -> String {
    keys.map_or_else(String::new, |keys| {
        format!(" with its entries for {keys} keys")
    })
}

impl ClientError {
    /// The stable code of the server's refusal, if it is one.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        self.problem().map(|problem| problem.code.as_str())
    }

    /// The server's refusal, if it is one.
    #[must_use]
    pub fn problem(&self) -> Option<&Problem> {
        match self {
            Self::Refused(problem) | Self::SessionOver(problem) => Some(problem),
            _ => None,
        }
    }

    /// Whether the same call may succeed a little later.
    #[must_use]
    pub fn is_temporary(&self) -> bool {
        match self {
            Self::NoAnswer(_) => true,
            Self::Refused(problem) => {
                matches!(problem.status, 429 | 502 | 503 | 504)
                    // The original, whose answer was lost, still runs.
                    || problem.code == "idempotency-key-in-use"
            }
            _ => false,
        }
    }

    /// The URL stays out: it says whom somebody talks with.
    pub(crate) fn no_answer(error: reqwest::Error) -> Self {
        Self::NoAnswer(error.without_url())
    }

    pub(crate) fn unexpected(what: impl fmt::Display) -> Self {
        Self::Unexpected(what.to_string())
    }
}

/// A refusal (RFC 9457).
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct Problem {
    /// The HTTP status.
    pub status: u16,
    /// A stable slug.
    #[serde(default)]
    pub code: String,
    /// A sentence for people.
    #[serde(default)]
    pub detail: String,
    /// Names the request in the server's log.
    #[serde(default)]
    pub request_id: Option<String>,
    /// The fields at fault.
    #[serde(default)]
    pub errors: Vec<FieldError>,
    /// When to try again, if the server says so.
    #[serde(skip)]
    pub retry_after: Option<Duration>,
    /// What a login that waits for a second factor goes on with.
    #[serde(default, deserialize_with = "parse::secret_or_none")]
    pub(crate) ticket: Option<Secret<String>>,
    /// The kinds of second factors that will do.
    #[serde(default)]
    pub(crate) factors: Vec<String>,
}

/// A field at fault.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct FieldError {
    /// Where it is: a JSON Pointer (RFC 6901).
    pub pointer: String,
    /// A sentence for people.
    pub detail: String,
    /// A stable slug.
    #[serde(default)]
    pub code: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.status, self.code)?;
        if !self.detail.is_empty() {
            write!(f, ": {}", self.detail)?;
        }
        for error in &self.errors {
            write!(f, "; {}: {}", error.pointer, error.detail)?;
        }
        match &self.request_id {
            Some(id) => write!(f, " (request {id})"),
            None => Ok(()),
        }
    }
}
