use std::time::Duration;

use thiserror::Error;

use super::ProviderId;
use crate::accounts::AccountId;
use crate::ports::{Digest, Digester, MacPurpose};
use crate::sessions::{Dialect, SessionId};
use crate::text::hex;
use crate::{Secret, Timestamp};

/// What a begun login is to come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Intent {
    /// Whoever comes back logs in.
    LogIn,
    /// Whoever comes back is linked to the account of somebody who is logged in.
    Link {
        /// To which.
        account: AccountId,
        /// Through which session it was asked for; it must be alive at the end.
        session: SessionId,
    },
}

/// A login that has begun here and has not come back from the provider. Neither the state nor the secret is stored,
/// and the nonce and the PKCE verifier follow from the secret: whoever reads the row can finish nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transaction {
    /// Digest of the `state` that comes back in the URL.
    pub state: Digest,
    /// Digest of the secret that comes back in the browser's cookie.
    pub secret: Digest,
    /// Who was asked; an answer of another provider is refused.
    pub provider: ProviderId,
    /// Through which API it began; it ends through the same.
    pub dialect: Dialect,
    /// What it is to come to.
    pub intent: Intent,
    /// A MAC of where it was begun, for the bound on how many one place may begin.
    pub origin: Digest,
    /// When it began.
    pub created_at: Timestamp,
}

impl Transaction {
    /// How long somebody has to come back.
    pub const LIFETIME: Duration = Duration::from_secs(10 * 60);
    /// For how long one that nobody finished counts against where it was begun; then it is deleted.
    pub const KEPT: Duration = Duration::from_secs(60 * 60);
    /// How many may be open at once.
    pub const MAX_OPEN: u64 = 10_000;
    /// How many one place may begin within [`Transaction::KEPT`] without finishing them.
    pub const MAX_PER_ORIGIN: u64 = 100;
}

/// What binds a begun login to the browser that began it: 256 bits, in hexadecimal. It goes into a cookie.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransactionSecret(Secret<String>);

/// The text is no such secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the secret of a begun login has 64 hexadecimal digits")]
pub struct InvalidTransactionSecret;

impl TransactionSecret {
    /// The length of every one in bytes.
    pub const LENGTH: usize = 64;

    /// Takes what a browser sent.
    ///
    /// # Errors
    /// [`InvalidTransactionSecret`] if it cannot be one of ours.
    pub fn parse(text: &str) -> Result<Self, InvalidTransactionSecret> {
        let right = text.len() == Self::LENGTH && text.bytes().all(|b| b.is_ascii_hexdigit());
        right
            .then(|| Self(Secret::new(text.to_owned())))
            .ok_or(InvalidTransactionSecret)
    }

    /// The secret that carries these unpredictable bytes.
    pub(super) fn from_bytes(bytes: &[u8; 32]) -> Self {
        Self(Secret::new(hex(bytes)))
    }

    /// The secret to hand to the browser.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose()
    }

    /// What is stored in its place.
    pub(super) fn digest(&self, digester: &dyn Digester) -> Digest {
        digester.digest(self.expose().as_bytes())
    }

    /// The nonce that the provider repeats in its ID token (OpenID Connect Core 1.0, section 3.1.2.1).
    pub(super) fn nonce(&self, digester: &dyn Digester) -> String {
        self.derive(digester, b"nonce")
    }

    /// The verifier behind the code challenge (RFC 7636, section 4.1).
    pub(super) fn verifier(&self, digester: &dyn Digester) -> Secret<String> {
        Secret::new(self.derive(digester, b"verifier"))
    }

    fn derive(&self, digester: &dyn Digester, label: &[u8]) -> String {
        let data = [label, b"\0", self.expose().as_bytes()].concat();
        hex(&digester.mac(MacPurpose::Federation, &data))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_comes_back_as_it_went() {
        let secret = TransactionSecret::from_bytes(&[0xA7; 32]);
        assert_eq!(secret.expose(), "a7".repeat(32));
        assert_eq!(TransactionSecret::parse(secret.expose()), Ok(secret));
        for text in ["", "a7", &"g".repeat(64), &"a".repeat(65)] {
            assert_eq!(
                TransactionSecret::parse(text),
                Err(InvalidTransactionSecret)
            );
        }
    }
}
