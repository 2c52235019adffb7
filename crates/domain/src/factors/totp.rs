//! Codes by time: RFC 6238 with SHA-1, six digits and steps of 30 seconds, which every authenticator app knows.

use crate::accounts::AccountId;
use crate::ports::{Binding, Hotp, SealError, SealPurpose, Sealer};
use crate::{Secret, Timestamp};

/// How long a code is shown.
pub(super) const STEP_SECONDS: u64 = 30;
/// Codes of so many steps before and after now are taken too, for clocks that differ (RFC 6238, section 5.2).
const DRIFT: u64 = 1;
/// The length of a secret in bytes (RFC 4226, section 4: 160 bits).
pub(super) const SECRET_BYTES: usize = 20;

/// The time step of a moment.
fn step_of(now: Timestamp) -> u64 {
    now.as_millis() / 1_000 / STEP_SECONDS
}

/// The newest step around now, later than `last`, that `number` is the code of.
pub(super) fn matching_step(
    hotp: &dyn Hotp,
    secret: &Secret<Vec<u8>>,
    number: u32,
    last: u64,
    now: Timestamp,
) -> Option<u64> {
    let step = step_of(now);
    let around = step.saturating_sub(DRIFT)..=step.saturating_add(DRIFT);
    // All of them are computed, so that time does not tell which it was.
    let matching = around.map(|step| (step, hotp.password(secret, step) == number));
    matching
        .filter(|(step, right)| *right && *step > last)
        .map(|(step, _)| step)
        .last()
}

pub(super) fn seal(sealer: &dyn Sealer, account: AccountId, secret: &Secret<Vec<u8>>) -> Vec<u8> {
    sealer.seal(&binding(&account), secret.expose())
}

pub(super) fn open(
    sealer: &dyn Sealer,
    account: AccountId,
    sealed: &[u8],
) -> Result<Secret<Vec<u8>>, SealError> {
    let mut opened = sealer.open(&binding(&account), sealed)?;
    Ok(Secret::new(std::mem::take(&mut *opened)))
}

const fn binding(account: &AccountId) -> Binding<'_> {
    Binding {
        purpose: SealPurpose::Totp,
        table: "totp_factors",
        column: "sealed_secret",
        row: account.as_bytes().as_slice(),
        owner: account.as_bytes().as_slice(),
    }
}

/// Base32 without padding (RFC 4648, section 6), as authenticator apps want secrets.
pub(super) fn base32(bytes: &[u8]) -> Secret<String> {
    const LETTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let mut text = String::with_capacity(bytes.len().div_ceil(5) * 8);
    for group in bytes.chunks(5) {
        let bits = (0..5).fold(0_u64, |bits, i| {
            bits << 8 | u64::from(group.get(i).copied().unwrap_or(0))
        });
        let letters = (group.len() * 8).div_ceil(5);
        for i in 0..letters {
            let index = usize::try_from(bits >> (35 - 5 * i) & 31).unwrap_or(0);
            text.extend(LETTERS.get(index).copied().map(char::from));
        }
    }
    Secret::new(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every step's code is the step itself.
    struct Steps;

    impl Hotp for Steps {
        fn password(&self, _: &Secret<Vec<u8>>, counter: u64) -> u32 {
            u32::try_from(counter).unwrap()
        }
    }

    fn matching(number: u32, last: u64) -> Option<u64> {
        // The middle of step 100.
        let now = Timestamp::from_seconds(100 * 30 + 15);
        matching_step(&Steps, &Secret::new(vec![0; 20]), number, last, now)
    }

    #[test]
    fn a_code_is_good_one_step_early_and_one_step_late() {
        for (number, step) in [
            (98, None),
            (99, Some(99)),
            (100, Some(100)),
            (101, Some(101)),
            (102, None),
        ] {
            assert_eq!(matching(number, 0), step);
        }
    }

    #[test]
    fn a_step_that_was_used_and_those_before_it_are_over() {
        assert_eq!(matching(100, 99), Some(100));
        assert_eq!(matching(100, 100), None);
        assert_eq!(matching(99, 100), None);
    }

    #[test]
    fn base32_as_rfc_4648_says() {
        for (bytes, text) in [
            ("", ""),
            ("f", "MY"),
            ("fo", "MZXQ"),
            ("foo", "MZXW6"),
            ("foob", "MZXW6YQ"),
            ("fooba", "MZXW6YTB"),
            ("foobar", "MZXW6YTBOI"),
        ] {
            assert_eq!(base32(bytes.as_bytes()).expose(), text);
        }
    }
}
