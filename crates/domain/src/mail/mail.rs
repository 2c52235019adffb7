use std::time::Duration;

use super::{MailMessage, MailTemplate};
use crate::Timestamp;
use crate::accounts::Email;

define_id! {
    /// Names a mail: its row in the outbox, and its `Message-ID`.
    MailId
}

/// A mail to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// Where it goes.
    pub to: Email,
    /// The name it greets; may be empty, then nobody is greeted.
    pub username: String,
    /// What it says.
    pub message: MailMessage,
    /// It is never sent at this moment or later: for a code, when the code expires.
    pub not_after: Timestamp,
}

impl Mail {
    /// How long a notice, which holds no code, is worth sending: `not_after` is this much after now.
    pub const NOTICE_LIFETIME: Duration = Duration::from_secs(3 * 24 * 60 * 60);
}

/// A mail as it goes into the outbox: nothing of it can be read without the master key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedMail {
    /// Its id.
    pub id: MailId,
    /// Which text it will have.
    pub template: MailTemplate,
    /// The address and everything the text says, sealed.
    pub payload: Vec<u8>,
    /// When it was written.
    pub created_at: Timestamp,
    /// When it is worth nothing any more.
    pub not_after: Timestamp,
}

/// What is being done with a mail in the outbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MailState {
    /// It waits for its (next) try.
    Waiting,
    /// A worker is sending it, or died while it was; then another takes it when the lease is over.
    Leased,
    /// It was given up. Its payload is destroyed.
    Dead,
}

impl MailState {
    /// The number it is stored as; never change one.
    #[must_use]
    pub const fn code(self) -> i16 {
        match self {
            Self::Waiting => 1,
            Self::Leased => 2,
            Self::Dead => 3,
        }
    }

    /// The state of a stored number; None if there is none.
    #[must_use]
    pub const fn from_code(code: i16) -> Option<Self> {
        match code {
            1 => Some(Self::Waiting),
            2 => Some(Self::Leased),
            3 => Some(Self::Dead),
            _ => None,
        }
    }

    /// The name that operators see.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Leased => "leased",
            Self::Dead => "dead",
        }
    }
}

/// What an operator may see of a mail: neither the address nor anything it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailSummary {
    /// Its id.
    pub id: MailId,
    /// Which text it has.
    pub template: MailTemplate,
    /// What is being done with it.
    pub state: MailState,
    /// When it was written.
    pub created_at: Timestamp,
    /// When it is worth nothing any more.
    pub not_after: Timestamp,
    /// How many tries were begun.
    pub attempts: u32,
    /// When it is tried next; for a leased one, when the lease ends; None for a dead one.
    pub next_at: Option<Timestamp>,
    /// When it was given up; None for a living one.
    pub died_at: Option<Timestamp>,
    /// Why the last try failed; None before the first failure. No address stands in it.
    pub reason: Option<String>,
}
