use std::time::Duration;

use super::Alphabet;
use crate::Timestamp;
use crate::accounts::{AccountId, Email};
use crate::ports::Digest;

/// What a code is good for. The number is what is stored and never changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CodePurpose {
    /// The second step of a login.
    Login,
    /// Proves that a mail address is one's own.
    VerifyEmail,
}

impl CodePurpose {
    /// Every purpose.
    pub const ALL: [Self; 2] = [Self::Login, Self::VerifyEmail];

    /// The number it is stored as. Numbers of this list are MACed too; 3 is taken there by recovery.
    #[must_use]
    pub const fn code(self) -> i16 {
        match self {
            Self::Login => 1,
            Self::VerifyEmail => 2,
        }
    }

    /// The purpose stored as this number; None if there is none.
    #[must_use]
    pub fn from_code(code: i16) -> Option<Self> {
        Self::ALL.into_iter().find(|purpose| purpose.code() == code)
    }

    /// How long its codes are good.
    #[must_use]
    pub const fn lifetime(self) -> Duration {
        match self {
            Self::Login => Duration::from_secs(5 * 60),
            Self::VerifyEmail => Duration::from_secs(60 * 60),
        }
    }

    pub(super) const fn alphabet(self) -> Alphabet {
        match self {
            Self::Login => Alphabet::Digits,
            Self::VerifyEmail => Alphabet::Crockford,
        }
    }

    pub(super) const fn length(self) -> usize {
        match self {
            Self::Login => 6,
            Self::VerifyEmail => 8,
        }
    }
}

/// A code as it is stored: one at most for each account and purpose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailedCode {
    /// Whose.
    pub account: AccountId,
    /// What it is good for.
    pub purpose: CodePurpose,
    /// Random, so that equal codes have different MACs.
    pub salt: [u8; 16],
    /// HMAC over purpose, account, salt and code.
    pub mac: Digest,
    /// The address that it proves, where it proves one.
    pub target: Option<Email>,
    /// How many tries it has left.
    pub tries_left: u16,
    /// When it was made.
    pub created_at: Timestamp,
    /// From when on it is good for nothing.
    pub expires_at: Timestamp,
}

impl MailedCode {
    /// How often somebody may try one.
    pub const TRIES: u16 = 5;
    /// How long a code is not replaced: mails cross each other, and a stranger shall not fill somebody's mailbox.
    pub const PAUSE: Duration = Duration::from_secs(60);
}
