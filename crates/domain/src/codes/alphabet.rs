use zeroize::Zeroizing;

use crate::{Environment, Secret};

/// What a code is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Alphabet {
    /// `0` to `9`: about 3.3 bits each.
    Digits,
    /// Crockford's base 32 in capitals, which lacks I, L, O and U: 5 bits each. Whoever types one of the first three is
    /// understood.
    Crockford,
    /// Letters of both cases and digits: about 6 bits each. For machines; nobody types them.
    Alphanumeric,
}

const DIGITS: &[u8] = b"0123456789";
const CROCKFORD: &[u8] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const ALPHANUMERIC: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

impl Alphabet {
    const fn letters(self) -> &'static [u8] {
        match self {
            Self::Digits => DIGITS,
            Self::Crockford => CROCKFORD,
            Self::Alphanumeric => ALPHANUMERIC,
        }
    }

    /// A code of `length` letters, each as likely as any other.
    pub(crate) fn random(self, env: &Environment, length: usize) -> Secret<String> {
        let letters = self.letters();
        // The largest multiple of the alphabet's size that a byte holds: what is at or above it would favour the first letters.
        let fair = 256 / letters.len() * letters.len();
        let mut code = Zeroizing::new(String::with_capacity(length));
        while code.len() < length {
            let [byte] = env.random::<1>();
            let byte = usize::from(byte);
            if byte < fair
                && let Some(letter) = letters.get(byte % letters.len())
            {
                code.push(char::from(*letter));
            }
        }
        Secret::new(std::mem::take(&mut *code))
    }

    /// What somebody meant by what they typed: spaces and hyphens between the letters do not count, nor does case (no
    /// code that somebody types has letters of both).
    /// Never longer than `text`, and of 32 letters at most: no code has more.
    pub(crate) fn read(self, text: &str) -> Secret<String> {
        let meant = text
            .chars()
            .filter(|letter| !letter.is_whitespace() && *letter != '-')
            .take(32)
            .map(|letter| match (self, letter.to_ascii_uppercase()) {
                (Self::Crockford, 'O') => '0',
                (Self::Crockford, 'I' | 'L') => '1',
                (_, letter) => letter,
            });
        // Of four bytes at most each, so that the buffer never grows and leaves a copy behind.
        let mut code = Zeroizing::new(String::with_capacity(4 * 32));
        code.extend(meant);
        Secret::new(std::mem::take(&mut *code))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::sync::Arc;

    use super::*;
    use crate::Timestamp;
    use crate::testing::{CountingEntropy, FixedClock, NoStore};

    fn env() -> Environment {
        Environment {
            store: Arc::new(NoStore),
            clock: Arc::new(FixedClock::at(Timestamp::from_seconds(1))),
            entropy: Arc::new(CountingEntropy::default()),
        }
    }

    #[test]
    fn every_letter_is_as_likely_as_any_other() {
        // The entropy counts: 256 draws are each byte once, and those of the unfair end are thrown away.
        for (alphabet, drawn, each) in [
            (Alphabet::Digits, 250, 25),
            (Alphabet::Crockford, 256, 8),
            (Alphabet::Alphanumeric, 248, 4),
        ] {
            let code = alphabet.random(&env(), drawn);
            let mut counts = BTreeMap::new();
            for letter in code.expose().chars() {
                *counts.entry(letter).or_insert(0) += 1;
            }
            assert_eq!(counts.len(), alphabet.letters().len());
            assert!(counts.values().all(|count| *count == each), "{counts:?}");
        }
    }

    #[test]
    fn what_people_confuse_is_understood() {
        for (typed, meant) in [
            ("7k3m-9qxa", "7K3M9QXA"),
            (" 7K3M 9QXA\n", "7K3M9QXA"),
            ("oOiIlL", "001111"),
        ] {
            assert_eq!(Alphabet::Crockford.read(typed).expose(), meant);
        }
        assert_eq!(Alphabet::Digits.read("012 345").expose(), "012345");
        assert_eq!(Alphabet::Digits.read("O12345").expose(), "O12345");
        assert_eq!(
            Alphabet::Crockford.read(&"é".repeat(1_000)).expose().len(),
            64
        );
    }
}
