use std::time::Duration;

use thiserror::Error;

use super::LoginError;
use crate::factors::FactorKind;
use crate::ports::{Digest, Digester};
use crate::sessions::OpenedSession;
use crate::text::{hex, is_lower_hex};
use crate::{Environment, Secret, Timestamp};

/// What came of a right password.
#[derive(Debug, Clone)]
pub enum Admission {
    /// Somebody is logged in.
    Opened(Box<OpenedSession>),
    /// A second factor is wanted.
    SecondFactor(PendingLogin),
}

impl Admission {
    /// The session, for an API that has no place for a second step.
    ///
    /// # Errors
    /// [`LoginError::WrongCredentials`] if a second factor is wanted: there, that is a wrong password.
    pub fn opened(self) -> Result<OpenedSession, LoginError> {
        match self {
            Self::Opened(opened) => Ok(*opened),
            Self::SecondFactor(_) => Err(LoginError::WrongCredentials),
        }
    }
}

/// A login that waits for its second factor.
#[derive(Debug, Clone)]
pub struct PendingLogin {
    /// What to come back with.
    pub ticket: Ticket,
    /// Any one of these is enough.
    pub factors: Vec<FactorKind>,
    /// When the ticket ends.
    pub expires_at: Timestamp,
}

/// Proof of a right password while the second factor is missing: `spt_` and 256 bits in hexadecimal. Only its digest is
/// stored.
#[derive(Debug, Clone)]
pub struct Ticket(Secret<String>);

/// The text is no ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a ticket starts with 'spt_' and has 68 characters")]
pub struct InvalidTicket;

impl Ticket {
    const PREFIX: &'static str = "spt_";
    /// The length of every ticket in bytes.
    pub const LENGTH: usize = 4 + 64;
    /// How long somebody has for the second factor.
    pub const LIFETIME: Duration = Duration::from_secs(5 * 60);
    /// How many codes can be tried with one.
    pub const TRIES: u16 = 5;

    pub(super) fn draw(env: &Environment) -> Self {
        let digits = hex(&env.random::<32>());
        Self(Secret::new(format!("{}{digits}", Self::PREFIX)))
    }

    /// Takes what a client sent.
    ///
    /// # Errors
    /// [`InvalidTicket`] if it cannot be one of ours.
    pub fn parse(text: &str) -> Result<Self, InvalidTicket> {
        let digits = text.strip_prefix(Self::PREFIX).ok_or(InvalidTicket)?;
        if text.len() == Self::LENGTH && is_lower_hex(digits) {
            Ok(Self(Secret::new(text.to_owned())))
        } else {
            Err(InvalidTicket)
        }
    }

    /// The ticket to hand out.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose()
    }

    /// What is stored in its place.
    pub(super) fn digest(&self, digester: &dyn Digester) -> Digest {
        digester.digest(self.expose().as_bytes())
    }
}
