//! One-time passwords: RFC 4226, with the HMAC of aws-lc.

use aws_lc_rs::hmac;
use sealpost_domain::Secret;
use sealpost_domain::ports::Hotp;

/// HOTP with HMAC-SHA-1 and six digits, the form that every authenticator app knows. What is wrong with SHA-1 elsewhere
/// does not touch HMAC.
#[derive(Debug, Clone, Copy, Default)]
pub struct HmacHotp;

impl Hotp for HmacHotp {
    fn password(&self, secret: &Secret<Vec<u8>>, counter: u64) -> u32 {
        let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret.expose());
        let tag = hmac::sign(&key, &counter.to_be_bytes());
        truncate(tag.as_ref()) % 1_000_000
    }
}

/// Dynamic truncation (RFC 4226, section 5.3): 31 bits from where the last four say.
fn truncate(tag: &[u8]) -> u32 {
    let offset = usize::from(tag.last().copied().unwrap_or(0) & 15);
    let bytes = tag.iter().skip(offset).take(4);
    bytes.fold(0_u32, |word, byte| word << 8 | u32::from(*byte)) & 0x7fff_ffff
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &[u8] = b"12345678901234567890";

    #[test]
    fn passwords_as_rfc_4226_appendix_d_says() {
        let secret = Secret::new(SECRET.to_vec());
        let expected = [
            755_224, 287_082, 359_152, 969_429, 338_314, 254_676, 287_922, 162_583, 399_871,
            520_489,
        ];
        for (counter, password) in (0..).zip(expected) {
            assert_eq!(HmacHotp.password(&secret, counter), password);
        }
    }

    #[test]
    fn codes_as_rfc_6238_appendix_b_says() {
        // The appendix has eight digits; six are their end.
        let secret = Secret::new(SECRET.to_vec());
        for (time, code) in [
            (59, 287_082),
            (1_111_111_109, 81_804),
            (1_111_111_111, 50_471),
            (1_234_567_890, 5_924),
            (2_000_000_000, 279_037),
            (20_000_000_000_u64, 353_130),
        ] {
            assert_eq!(HmacHotp.password(&secret, time / 30), code);
        }
    }
}
