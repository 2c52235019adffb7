use crate::ports::{Digest, Digester};
use crate::text::{hex, is_lower_hex};
use crate::{Environment, Secret};

/// What opens a link: 32 random bytes in its fragment, which the server sees once, when it makes them, or never.
pub type LinkSecret = Secret<[u8; 32]>;

/// What is derived from a link's secret and shown to the server in its place. It opens what the server can open, and of what it
/// cannot it opens nothing.
#[derive(Debug, Clone)]
pub struct LinkProof(Secret<[u8; 32]>);

/// What was given is no proof.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a proof is 32 bytes in base64url without padding")]
pub struct InvalidLinkProof;

impl LinkProof {
    /// The proof of these bytes.
    #[must_use]
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(Secret::new(bytes))
    }

    pub(super) const fn secret(&self) -> &Secret<[u8; 32]> {
        &self.0
    }

    /// What is stored in its place.
    pub(super) fn digest(&self, digester: &dyn Digester) -> Digest {
        digester.digest(self.0.expose())
    }
}

/// Reads a file whose link was opened: `spl_` and 256 bits in hexadecimal. Only its digest is stored, and what it opens is
/// sealed under it.
#[derive(Debug, Clone)]
pub struct DownloadToken(Secret<String>);

impl DownloadToken {
    const PREFIX: &'static str = "spl_";
    const LENGTH: usize = 4 + 64;

    pub(super) fn draw(env: &Environment) -> Self {
        let digits = hex(&env.random::<32>());
        Self(Secret::new(format!("{}{digits}", Self::PREFIX)))
    }

    /// Takes what a client sent; None if it cannot be one of ours.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix(Self::PREFIX)?;
        let right = text.len() == Self::LENGTH && is_lower_hex(digits);
        right.then(|| Self(Secret::new(text.to_owned())))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_one_of_ours_or_none() {
        let good = format!("spl_{}", "0f".repeat(32));
        assert_eq!(DownloadToken::parse(&good).unwrap().expose(), good);
        for wrong in [
            "",
            "spl_",
            &good[1..],
            &good.to_uppercase(),
            &format!("{good}0"),
        ] {
            assert!(DownloadToken::parse(wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn neither_shows_itself() {
        let token = DownloadToken::parse(&format!("spl_{}", "0f".repeat(32))).unwrap();
        assert!(!format!("{token:?}").contains("0f0f"));
        assert!(!format!("{:?}", LinkProof::new([77; 32])).contains("77"));
    }
}
