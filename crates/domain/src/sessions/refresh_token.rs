use crate::Secret;
use crate::ports::{Digest, Digester};

/// An opaque refresh token: `spr_` and 256 bits in hexadecimal. Only its digest is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefreshToken(Secret<String>);

impl RefreshToken {
    const PREFIX: &'static str = "spr_";
    /// The length of every refresh token in bytes.
    pub const LENGTH: usize = 4 + 64;

    /// The token that carries these 32 unpredictable bytes.
    pub(super) fn from_bytes(bytes: &[u8; 32]) -> Self {
        let mut text = String::with_capacity(Self::LENGTH);
        text.push_str(Self::PREFIX);
        for byte in bytes {
            for nibble in [byte >> 4, byte & 15] {
                text.push(char::from_digit(u32::from(nibble), 16).unwrap_or('0'));
            }
        }
        Self(Secret::new(text))
    }

    /// The token to hand to its owner.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose()
    }

    /// What is stored in its place.
    pub(super) fn digest(&self, digester: &dyn Digester) -> Digest {
        digester.digest(self.expose().as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn carries_every_bit() {
        let token = RefreshToken::from_bytes(&[0xA7; 32]);
        assert_eq!(token.expose(), format!("spr_{}", "a7".repeat(32)));
        assert_eq!(token.expose().len(), RefreshToken::LENGTH);
    }
}
