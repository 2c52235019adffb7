use super::Dialect;
use crate::codes::Alphabet;
use crate::ports::{Digest, Digester};
use crate::text::hex;
use crate::{Environment, Secret};

/// A token that says nothing and lives as long as its session, for the dialects whose documents have such: 40 digits of
/// lower-case hexadecimal in `social` (160 bits), 32 letters and digits in `mailbox` (190 bits). Only its digest is
/// stored.
#[derive(Debug, Clone)]
pub struct OpaqueToken(Secret<String>);

impl OpaqueToken {
    /// The most bytes that a text can have which is worth looking up.
    pub const MAX_LENGTH: usize = 40;
    /// How many letters and digits the one of `mailbox` has.
    const ALPHANUMERICS: usize = 32;

    /// A new one; None in the dialects that have none.
    pub(super) fn draw(dialect: Dialect, env: &Environment) -> Option<Self> {
        match dialect {
            Dialect::Social => Some(Self(Secret::new(hex(&env.random::<20>())))),
            Dialect::Mailbox => Some(Self(
                Alphabet::Alphanumeric.random(env, Self::ALPHANUMERICS),
            )),
            Dialect::Native | Dialect::Messenger | Dialect::Channel | Dialect::Vault => None,
        }
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
    use std::sync::Arc;

    use super::*;
    use crate::Timestamp;
    use crate::testing::{CountingEntropy, FixedClock, NoStore};

    #[test]
    fn each_dialect_has_its_form() {
        let env = Environment {
            store: Arc::new(NoStore),
            clock: Arc::new(FixedClock::at(Timestamp::from_seconds(1))),
            entropy: Arc::new(CountingEntropy::default()),
        };
        let drawn = |dialect| OpaqueToken::draw(dialect, &env);
        assert!(drawn(Dialect::Native).is_none());
        let social = drawn(Dialect::Social).unwrap();
        assert_eq!(social.expose().len(), 40);
        assert!(crate::text::is_lower_hex(social.expose()));
        let mailbox = drawn(Dialect::Mailbox).unwrap();
        assert_eq!(mailbox.expose().len(), 32);
        assert!(
            mailbox
                .expose()
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric())
        );
    }
}
