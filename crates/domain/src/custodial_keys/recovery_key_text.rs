use thiserror::Error;
use zeroize::Zeroizing;

use crate::Secret;

const PREFIX: &str = "spk_";
/// Crockford's base 32 in small letters.
const LETTERS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
/// 32 letters of 5 bits hold 160.
const LENGTH: usize = PREFIX.len() + 32;

/// What opens an account's custodial key when its password is forgotten: `spk_` and 32 letters and digits. Its owner sees
/// it once and puts it away; the server keeps nothing of it.
#[derive(Debug, Clone)]
pub struct RecoveryKey(Secret<String>);

/// The text cannot be a recovery key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a recovery key is 'spk_' and 32 letters and digits")]
pub struct InvalidRecoveryKey;

impl RecoveryKey {
    /// The one that carries these unpredictable bytes.
    pub(super) fn of(bytes: &[u8; 20]) -> Self {
        let mut text = Zeroizing::new(String::with_capacity(LENGTH));
        text.push_str(PREFIX);
        for chunk in bytes.chunks_exact(5) {
            let number = chunk
                .iter()
                .fold(0_u64, |number, byte| (number << 8) | u64::from(*byte));
            for place in (0..8_u32).rev() {
                let [.., low] = (number >> (5 * place)).to_be_bytes();
                let letter = LETTERS.get(usize::from(low & 31)).copied().unwrap_or(b'0');
                text.push(char::from(letter));
            }
        }
        Self(Secret::new(std::mem::take(&mut *text)))
    }

    /// Takes what somebody typed.
    ///
    /// # Errors
    /// [`InvalidRecoveryKey`] for any other form; whether it opens anything is not looked at.
    pub fn parse(text: &str) -> Result<Self, InvalidRecoveryKey> {
        let letters = text.strip_prefix(PREFIX).ok_or(InvalidRecoveryKey)?;
        let good = text.len() == LENGTH && letters.bytes().all(|letter| LETTERS.contains(&letter));
        good.then(|| Self(Secret::new(text.to_owned())))
            .ok_or(InvalidRecoveryKey)
    }

    /// The text.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn carries_every_bit() {
        let text = |bytes| RecoveryKey::of(&bytes).expose().to_owned();
        assert_eq!(text([0; 20]), format!("spk_{}", "0".repeat(32)));
        assert_eq!(text([0xFF; 20]), format!("spk_{}", "z".repeat(32)));
        let mut bytes = [0; 20];
        bytes[4] = 33;
        bytes[19] = 1;
        let expected = "spk_00000011000000000000000000000001";
        assert_eq!(text(bytes), expected);
    }

    #[test]
    fn what_cannot_be_one_is_told_apart() {
        let good = RecoveryKey::of(&[7; 20]).expose().to_owned();
        assert_eq!(RecoveryKey::parse(&good).unwrap().expose(), good);
        for other in [
            "",
            "spk_",
            &good.to_uppercase(),
            &format!("{good}0"),
            &good.replace("spk_", "spa_"),
            &good.replace('7', "u"),
        ] {
            if other != good {
                assert!(RecoveryKey::parse(other).is_err(), "{other}");
            }
        }
    }

    #[test]
    fn is_not_shown() {
        let key = RecoveryKey::of(&[7; 20]);
        assert!(!format!("{key:?}").contains(key.expose()));
    }
}
