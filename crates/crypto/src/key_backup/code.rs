use sealpost_domain::Secret;
use sealpost_domain::ports::Entropy;
use thiserror::Error;
use zeroize::Zeroizing;

use crate::sha256;

/// Crockford's base32: no letter looks like another one or like a digit.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// How many letters hold the secret, and how many more find slips of the pen.
const SECRET: usize = 24;
const CHECK: usize = 4;

/// This is no recovery code, or there is a slip of the pen in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("this is no recovery code, or there is a slip of the pen in it")]
pub struct InvalidRecoveryCode;

/// What somebody writes down to get at the keys again: 120 random bits.
#[derive(Debug)]
pub struct RecoveryCode(Secret<[u8; 15]>);

impl RecoveryCode {
    /// A new code.
    #[must_use]
    pub fn generate(entropy: &dyn Entropy) -> Self {
        let mut secret = Zeroizing::new([0; 15]);
        entropy.fill(secret.as_mut_slice());
        Self(Secret::new(*secret))
    }

    /// Reads a code, however it is spaced; `I`, `L` and `O` are read as the digits that they look like.
    ///
    /// # Errors
    /// [`InvalidRecoveryCode`].
    pub fn parse(text: &str) -> Result<Self, InvalidRecoveryCode> {
        let letters = text
            .chars()
            .filter(|letter| !letter.is_whitespace() && *letter != '-');
        let digits = letters.map(digit).collect::<Option<Vec<u8>>>();
        let digits = Zeroizing::new(digits.ok_or(InvalidRecoveryCode)?);
        let (secret, check) = digits.split_at_checked(SECRET).ok_or(InvalidRecoveryCode)?;
        let secret = Zeroizing::new(bytes(secret).ok_or(InvalidRecoveryCode)?);
        if check_digits(&secret) == check {
            Ok(Self(Secret::new(*secret)))
        } else {
            Err(InvalidRecoveryCode)
        }
    }

    /// As it is shown: seven groups of four, with dashes between them.
    #[must_use]
    pub fn text(&self) -> Secret<String> {
        let secret = self.0.expose();
        let letters = five_bits(secret).chain(check_digits(secret));
        let mut text = String::with_capacity(SECRET + CHECK + 6);
        for (at, digit) in letters.enumerate() {
            if at > 0 && at % 4 == 0 {
                text.push('-');
            }
            text.extend(
                ALPHABET
                    .get(usize::from(digit))
                    .map(|&byte| char::from(byte)),
            );
        }
        Secret::new(text)
    }

    pub(super) fn secret(&self) -> &[u8; 15] {
        self.0.expose()
    }
}

/// What a letter stands for.
fn digit(letter: char) -> Option<u8> {
    let letter = match letter.to_ascii_uppercase() {
        'I' | 'L' => '1',
        'O' => '0',
        letter => letter,
    };
    let at = ALPHABET
        .iter()
        .position(|&byte| char::from(byte) == letter)?;
    u8::try_from(at).ok()
}

/// Bytes as digits of five bits.
fn five_bits(bytes: &[u8]) -> impl Iterator<Item = u8> {
    let bit = |at: usize| {
        let byte = bytes.get(at / 8).copied().unwrap_or(0);
        (byte >> (7 - at % 8)) & 1
    };
    (0..bytes.len() * 8 / 5)
        .map(move |digit| (0..5).fold(0, |sum, at| (sum << 1) | bit(digit * 5 + at)))
}

/// The other way round.
fn bytes(digits: &[u8]) -> Option<[u8; 15]> {
    let mut number = digits
        .iter()
        .fold(0_u128, |sum, digit| (sum << 5) | u128::from(*digit))
        .to_be_bytes();
    let secret = number.last_chunk().copied();
    zeroize::Zeroize::zeroize(&mut number);
    secret
}

fn check_digits(secret: &[u8; 15]) -> Vec<u8> {
    five_bits(&sha256(secret)).take(CHECK).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::OsEntropy;

    #[test]
    fn a_code_is_read_as_it_was_written_down() {
        let code = RecoveryCode::generate(&OsEntropy);
        let text = code.text();
        assert_eq!(text.expose().len(), 34);
        let sloppy = text
            .expose()
            .to_lowercase()
            .replace('-', " ")
            .replace('0', "o")
            .replace('1', "l");
        for written in [text.expose(), &sloppy] {
            assert_eq!(
                RecoveryCode::parse(written).unwrap().secret(),
                code.secret()
            );
        }
    }

    #[test]
    fn a_slip_of_the_pen_is_found() {
        // Made by sealpost.js.
        let code = "J33Y-2JZ7-Q1R9-K1MD-ZYGA-2RSE-4PX0";
        assert!(RecoveryCode::parse(code).is_ok());
        for wrong in [
            "",
            "J33Y",
            "J33Y-2JZ7-Q1R9-K1MD-ZYGA-2RSE-4PX",
            "J33Y-2JZ7-Q1R9-K1MD-ZYGA-2RSF-4PX0",
            "J33Y-2JZ7-Q1R9-K1MD-ZYGA-2RSE-4PX1",
            "J33Y-2JZ7-Q1R9-K1MD-ZYGA-2RSE-4PX00",
            "U33Y-2JZ7-Q1R9-K1MD-ZYGA-2RSE-4PX0",
        ] {
            assert!(RecoveryCode::parse(wrong).is_err(), "{wrong}");
        }
    }
}
