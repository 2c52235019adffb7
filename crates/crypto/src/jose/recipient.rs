//! The keys that a message is sealed to.

use sealpost_domain::keys::KeyUse;
use sealpost_domain::ports::{Entropy, KeyRefused};
use serde_json::{Value, json};

use super::agreement::{self, Parties};
use super::content::ContentKey;
use super::jwe::Entry;
use super::{CannotSeal, oaep};
use crate::b64;
use crate::keys::Public;

/// Somebody's public key for sealing. It has been judged like one that is published: a client need not trust that the
/// server refused bad keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecipientKey {
    public: Public,
    kid: String,
}

impl RecipientKey {
    /// Takes a JWK as it was published.
    ///
    /// # Errors
    /// [`KeyRefused`]; [`KeyRefused::Unsupported`] also for a key that only signs.
    pub fn from_jwk(jwk: &str) -> Result<Self, KeyRefused> {
        let public = Public::from_jwk(jwk)?;
        if !public.algorithm().serves(KeyUse::Seal) {
            return Err(KeyRefused::Unsupported);
        }
        Ok(Self {
            kid: public.kid(),
            public,
        })
    }

    /// Its RFC 7638 thumbprint: what messages name it by.
    #[must_use]
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// Hides the content key for this recipient.
    pub(super) fn wrap(
        &self,
        key: &ContentKey,
        entropy: &dyn Entropy,
    ) -> Result<Entry, CannotSeal> {
        let (header, encrypted_key) = match &self.public {
            Public::Rsa(theirs) => {
                let header = json!({"alg": oaep::ALG, "kid": self.kid});
                oaep::encrypt(theirs, key).map(|encrypted| (header, encrypted))
            }
            theirs => self.agree(theirs, key, entropy),
        }
        .ok_or(CannotSeal::Failed)?;
        Ok(Entry {
            header,
            encrypted_key: b64::encode(&encrypted_key),
        })
    }

    fn agree(
        &self,
        theirs: &Public,
        key: &ContentKey,
        entropy: &dyn Entropy,
    ) -> Option<(Value, Vec<u8>)> {
        let mine = agreement::fresh_key(theirs.algorithm(), entropy)?;
        let ephemeral = agreement::public_key(&mine)?.jwk();
        let ephemeral: Value = serde_json::from_str(&ephemeral).ok()?;
        let wrapped = agreement::wrap(&mine, theirs, &Parties::default(), key)?;
        let header = json!({"alg": agreement::ALG, "epk": ephemeral, "kid": self.kid});
        Some((header, wrapped))
    }
}
