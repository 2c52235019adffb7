use thiserror::Error;

use crate::ports::{Digest, Digester};
use crate::text::{hex, is_lower_hex};
use crate::{Environment, Secret};

/// Proof that the code of a recovery was given: `sprc_` and 256 bits in hexadecimal. Only its digest is stored.
#[derive(Debug, Clone)]
pub struct RecoveryToken(Secret<String>);

/// The text is no token of a recovery.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a token of a recovery starts with 'sprc_' and has 69 characters")]
pub struct InvalidRecoveryToken;

impl RecoveryToken {
    const PREFIX: &'static str = "sprc_";
    /// The length of every token in bytes.
    pub const LENGTH: usize = 5 + 64;

    pub(super) fn draw(env: &Environment) -> Self {
        let digits = hex(&env.random::<32>());
        Self(Secret::new(format!("{}{digits}", Self::PREFIX)))
    }

    /// Takes what a client sent.
    ///
    /// # Errors
    /// [`InvalidRecoveryToken`] if it cannot be one of ours.
    pub fn parse(text: &str) -> Result<Self, InvalidRecoveryToken> {
        let digits = text
            .strip_prefix(Self::PREFIX)
            .ok_or(InvalidRecoveryToken)?;
        if text.len() == Self::LENGTH && is_lower_hex(digits) {
            Ok(Self(Secret::new(text.to_owned())))
        } else {
            Err(InvalidRecoveryToken)
        }
    }

    /// The token to hand out.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose()
    }

    /// What is stored in its place.
    pub(super) fn digest(&self, digester: &dyn Digester) -> Digest {
        digester.digest(self.expose().as_bytes())
    }
}
