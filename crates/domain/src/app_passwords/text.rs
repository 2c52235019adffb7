use zeroize::Zeroizing;

use crate::Secret;
use crate::ports::{Digest, Digester};

const PREFIX: &str = "spa_";
/// Crockford's base 32 in small letters.
const LETTERS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
/// 26 letters of 5 bits hold 128 and two more, which are zero.
const LENGTH: usize = PREFIX.len() + 26;

/// The app password that carries these unpredictable bytes: `spa_` and 26 letters.
pub(super) fn encode(bytes: &[u8; 16]) -> Secret<String> {
    let number = u128::from_be_bytes(*bytes);
    let mut text = Zeroizing::new(String::with_capacity(LENGTH));
    text.push_str(PREFIX);
    for place in (0..26_u32).rev() {
        // The first letter holds the three bits that are left over.
        let [.., low] = (number >> (5 * place)).to_be_bytes();
        let letter = LETTERS.get(usize::from(low & 31)).copied().unwrap_or(b'0');
        text.push(char::from(letter));
    }
    Secret::new(std::mem::take(&mut *text))
}

/// What is stored in place of an app password; None if the text cannot be one.
pub(super) fn digest(digester: &dyn Digester, text: &str) -> Option<Digest> {
    let letters = text.strip_prefix(PREFIX)?;
    let good = text.len() == LENGTH && letters.bytes().all(|letter| LETTERS.contains(&letter));
    good.then(|| digester.digest(text.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::ToyDigester;

    #[test]
    fn carries_every_bit() {
        assert_eq!(encode(&[0; 16]).expose(), "spa_00000000000000000000000000");
        assert_eq!(
            encode(&[0xFF; 16]).expose(),
            "spa_7zzzzzzzzzzzzzzzzzzzzzzzzz"
        );
        let mut one = [0; 16];
        one[15] = 33;
        assert_eq!(encode(&one).expose(), "spa_00000000000000000000000011");
    }

    #[test]
    fn what_cannot_be_one_is_told_apart_without_the_store() {
        let digest = |text: &str| digest(&ToyDigester, text);
        let text = encode(&[7; 16]);
        assert!(digest(text.expose()).is_some());
        for other in [
            "",
            "correct horse battery",
            text.expose().trim_start_matches("spa_"),
            &text.expose().to_uppercase(),
            &format!("{}0", text.expose()),
            "spa_0000000000000000000000000u",
        ] {
            assert_eq!(digest(other), None, "{other}");
        }
    }
}
