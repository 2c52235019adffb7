use thiserror::Error;

use crate::Secret;
use crate::ports::{Digest, Digester, MacPurpose, TokenId};
use crate::text::{hex, is_lower_hex};

/// A refresh token, opaque (`spr_` and 256 bits in hexadecimal) or, in some dialects, a JWT. Only its digest is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefreshToken {
    text: Secret<String>,
    /// What stands for a JWT that carries an id, in digests and exchanges: its text depends on the clock as well.
    id: Option<Secret<TokenId>>,
}

/// The text is no refresh token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a refresh token starts with 'spr_' and has 68 characters")]
pub struct InvalidRefreshToken;

impl RefreshToken {
    const PREFIX: &'static str = "spr_";
    /// The length of every refresh token in bytes.
    pub const LENGTH: usize = 4 + 64;

    /// Takes what a client sent.
    ///
    /// # Errors
    /// [`InvalidRefreshToken`] if it cannot be one of ours.
    pub fn parse(text: &str) -> Result<Self, InvalidRefreshToken> {
        let digits = text.strip_prefix(Self::PREFIX).ok_or(InvalidRefreshToken)?;
        if text.len() == Self::LENGTH && is_lower_hex(digits) {
            Ok(Self::opaque(text.to_owned()))
        } else {
            Err(InvalidRefreshToken)
        }
    }

    /// The token that carries these 32 unpredictable bytes.
    pub(super) fn from_bytes(bytes: &[u8; 32]) -> Self {
        Self::opaque(format!("{}{}", Self::PREFIX, hex(bytes)))
    }

    /// A token that is a JWT, for the dialects that have such ([`super::Dialect::has_named_tokens`]). It does not pass
    /// [`RefreshToken::parse`]: the native API does not take it.
    pub(super) fn signed(jwt: String) -> Self {
        Self::opaque(jwt)
    }

    /// A JWT that carries this id ([`super::Dialect::has_identified_tokens`]). It does not pass [`RefreshToken::parse`].
    pub(super) fn identified(jwt: String, id: TokenId) -> Self {
        Self {
            text: Secret::new(jwt),
            id: Some(Secret::new(id)),
        }
    }

    fn opaque(text: String) -> Self {
        Self {
            text: Secret::new(text),
            id: None,
        }
    }

    /// The id of the access token that is given out with this one: the same whenever the exchange is repeated.
    pub(super) fn id_of_access(&self, digester: &dyn Digester) -> Option<TokenId> {
        let id = self.id.as_ref()?;
        Some(derive(digester, b"access", id.expose()))
    }

    /// The id of the token that the one with this id is exchanged for, as [`RefreshToken::successor`] is.
    pub(super) fn next_id(id: &TokenId, digester: &dyn Digester) -> TokenId {
        derive(digester, b"refresh", id)
    }

    /// What is stored in place of the token with this id.
    pub(super) fn digest_of_id(id: &TokenId, digester: &dyn Digester) -> Digest {
        digester.digest(id)
    }

    /// The token that this one is exchanged for: a MAC of it, so that a repeated exchange gives the same one although
    /// nothing but digests is stored.
    pub(super) fn successor(&self, digester: &dyn Digester) -> Self {
        Self::from_bytes(&digester.mac(MacPurpose::Token, self.expose().as_bytes()))
    }

    /// The token to hand to its owner.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.text.expose()
    }

    /// What is stored in its place.
    pub(super) fn digest(&self, digester: &dyn Digester) -> Digest {
        match &self.id {
            Some(id) => Self::digest_of_id(id.expose(), digester),
            None => digester.digest(self.expose().as_bytes()),
        }
    }
}

/// Half a MAC: 128 bits are as many as an id has.
fn derive(digester: &dyn Digester, label: &[u8], id: &TokenId) -> TokenId {
    let data = [label, b"\0", id.as_slice()].concat();
    let mut derived = [0; 16];
    for (byte, mac) in derived
        .iter_mut()
        .zip(digester.mac(MacPurpose::Token, &data))
    {
        *byte = mac;
    }
    derived
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn carries_every_bit() {
        let token = RefreshToken::from_bytes(&[0xA7; 32]);
        assert_eq!(token.expose(), format!("spr_{}", "a7".repeat(32)));
        assert_eq!(RefreshToken::parse(token.expose()), Ok(token));
    }

    #[test]
    fn refuses_what_is_none() {
        for text in [
            "",
            "spr_",
            &format!("spr_{}", "A7".repeat(32)),
            &format!("spr_{}", "a7".repeat(31)),
        ] {
            assert_eq!(RefreshToken::parse(text), Err(InvalidRefreshToken));
        }
    }
}
