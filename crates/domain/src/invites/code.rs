use crate::Secret;
use crate::ports::{Digest, Digester};
use crate::text::hex;

/// An invite's code: `spi_` and 128 bits in hexadecimal. Only its digest is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InviteCode(Secret<String>);

impl InviteCode {
    const PREFIX: &'static str = "spi_";
    /// The length of every code in bytes.
    pub const LENGTH: usize = 4 + 32;

    /// Takes what somebody presents as a code. Whatever cannot be one is simply wrong, and is told like an unknown one.
    #[must_use]
    pub fn attempt(text: &str) -> Self {
        // One character more than a code has cannot make a wrong one right.
        let cut = text.chars().take(Self::LENGTH + 1).collect();
        Self(Secret::new(cut))
    }

    /// The code that carries these 16 unpredictable bytes.
    pub(super) fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(Secret::new(format!("{}{}", Self::PREFIX, hex(&bytes))))
    }

    /// The code to hand out.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose()
    }

    /// What is stored in its place.
    pub(crate) fn digest(&self, digester: &dyn Digester) -> Digest {
        digester.digest(self.expose().as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn carries_every_bit_and_comes_back_as_it_went() {
        let code = InviteCode::from_bytes([0x0F; 16]);
        assert_eq!(code.expose(), format!("spi_{}", "0f".repeat(16)));
        assert_eq!(code.expose().len(), InviteCode::LENGTH);
        assert_eq!(InviteCode::attempt(code.expose()), code);
    }

    #[test]
    fn an_endless_attempt_is_bounded_and_equals_no_code() {
        let code = InviteCode::from_bytes([1; 16]);
        let attempt = InviteCode::attempt(&code.expose().repeat(1_000));
        assert_eq!(attempt.expose().len(), InviteCode::LENGTH + 1);
        assert_ne!(attempt, code);
    }
}
