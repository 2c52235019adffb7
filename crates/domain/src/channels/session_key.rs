use crate::codes::Alphabet;
use crate::ports::{Digest, Digester};
use crate::{Environment, Secret};

/// What a client shows to be let into its channel: 400 random letters and digits. The first part finds the channel, the
/// second proves that it is the client's and opens what rests of it. Only digests are stored.
#[derive(Debug, Clone)]
pub(super) struct SessionKey(Secret<String>);

impl SessionKey {
    /// The length of every session key.
    pub(super) const LENGTH: usize = 400;
    /// Where the second part begins.
    const SPLIT: usize = 40;

    pub(super) fn draw(env: &Environment) -> Self {
        Self(Alphabet::Alphanumeric.random(env, Self::LENGTH))
    }

    /// Takes what a client sent; None if it cannot be one of ours.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let good =
            text.len() == Self::LENGTH && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
        good.then(|| Self(Secret::new(text.to_owned())))
    }

    /// The text to hand out.
    pub(super) fn expose(&self) -> &str {
        self.0.expose()
    }

    /// What the channel is found by.
    pub(super) fn handle(&self, digester: &dyn Digester) -> Digest {
        digester.digest(
            self.0
                .expose()
                .as_bytes()
                .get(..Self::SPLIT)
                .unwrap_or_default(),
        )
    }

    /// The part that proves and opens.
    pub(super) fn secret(&self) -> &[u8] {
        self.0
            .expose()
            .as_bytes()
            .get(Self::SPLIT..)
            .unwrap_or_default()
    }

    /// What is stored in its place.
    pub(super) fn secret_digest(&self, digester: &dyn Digester) -> Digest {
        digester.digest(self.secret())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::sync::Arc;

    use super::*;
    use crate::Timestamp;
    use crate::testing::{CountingEntropy, FixedClock, NoStore, ToyDigester};

    fn drawn() -> SessionKey {
        SessionKey::draw(&Environment {
            store: Arc::new(NoStore),
            clock: Arc::new(FixedClock::at(Timestamp::from_seconds(1))),
            entropy: Arc::new(CountingEntropy::default()),
        })
    }

    #[test]
    fn has_400_letters_and_digits() {
        let key = drawn();
        assert_eq!(key.expose().len(), 400);
        assert!(SessionKey::parse(key.expose()).is_some());
        let seen: BTreeSet<char> = key.expose().chars().collect();
        assert_eq!(seen.len(), 62);
        let mut other = key.expose().to_owned();
        for wrong in ["", "é", &key.expose()[1..], &format!("{other}a")] {
            assert!(SessionKey::parse(wrong).is_none());
        }
        other.replace_range(7..8, "-");
        assert!(SessionKey::parse(&other).is_none());
    }

    #[test]
    fn its_parts_share_nothing() {
        let key = drawn();
        assert_eq!(key.secret().len(), 360);
        assert!(!key.secret().starts_with(&key.expose().as_bytes()[..40]));
        assert_ne!(key.handle(&ToyDigester), key.secret_digest(&ToyDigester));
    }
}
