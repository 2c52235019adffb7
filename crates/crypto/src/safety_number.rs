//! What two people compare, to see that nobody sits in between.

use std::num::NonZeroU32;

use aws_lc_rs::pbkdf2;
use sealpost_domain::keys::Thumbprint;

const SALT: &[u8] = b"sealpost/safety-number/v1";
/// What a try costs somebody who looks for keys with the same half.
const ROUNDS: NonZeroU32 = NonZeroU32::MIN.saturating_add(99_999);
/// How many digits each side makes.
const GROUPS: usize = 6;

/// One side of a safety number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Side {
    /// The id of the account.
    pub account: [u8; 16],
    /// The thumbprints of its good keys that its clients hold, in any order.
    pub keys: Vec<Thumbprint>,
}

/// 60 digits, the same from both sides, and others as soon as either's keys are others: a half from each side, the smaller one
/// first. A half is PBKDF2-HMAC-SHA-512 (RFC 8018, section 5.2) with 100,000 rounds over the account's id and the sorted
/// thumbprints; of the result, six times five bytes, big-endian, modulo 100,000.
#[must_use]
pub fn safety_number(one: &Side, other: &Side) -> String {
    let mut halves = [half(one), half(other)];
    halves.sort_unstable();
    halves.concat()
}

fn half(side: &Side) -> String {
    let mut keys = side.keys.clone();
    keys.sort_unstable();
    let identity = [side.account.as_slice(), keys.as_flattened()].concat();
    let mut derived = [0; GROUPS * 5];
    let algorithm = pbkdf2::PBKDF2_HMAC_SHA512;
    pbkdf2::derive(algorithm, ROUNDS, SALT, &identity, &mut derived);
    let groups = derived.chunks_exact(5).map(|bytes| {
        let number = bytes
            .iter()
            .fold(0_u64, |sum, byte| (sum << 8) | u64::from(*byte));
        format!("{:05}", number % 100_000)
    });
    groups.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn side(last: u8, keys: &[u8]) -> Side {
        let mut account = *b"\x01\x9a\xa6\xb0\x7c\x3a\x7d\x52\x9a\x5e\x02\x42\xac\x12\x00\x00";
        account[15] = last;
        let keys = keys.iter().map(|byte| [*byte; 32]).collect();
        Side { account, keys }
    }

    #[test]
    fn both_sides_and_both_sdks_see_the_same() {
        // The same number stands in the test of sealpost.js.
        let number = "257039653783703421762744224029901168418011932381940704393383";
        let (one, other) = (side(1, &[1, 200]), side(2, &[7]));
        assert_eq!(safety_number(&one, &other), number);
        assert_eq!(safety_number(&other, &side(1, &[200, 1])), number);
    }

    #[test]
    fn another_key_of_either_makes_another_number() {
        let other = side(2, &[7]);
        let number = safety_number(&side(1, &[1]), &other);
        for changed in [side(1, &[2]), side(1, &[1, 2]), side(1, &[]), side(3, &[1])] {
            assert_ne!(safety_number(&changed, &other), number);
        }
    }
}
