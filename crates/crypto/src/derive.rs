//! Keys from keys: HKDF-SHA-256 (RFC 5869) with one label for each purpose.

use hkdf::Hkdf;
use hmac::{Hmac, KeyInit};
use sha2::Sha256;
use zeroize::Zeroizing;

/// HMAC-SHA-256 (RFC 2104), keyed and ready to be cloned for each message.
pub(crate) type HmacSha256 = Hmac<Sha256>;

/// A 256-bit key, wiped when dropped.
pub(crate) type Key = Zeroizing<[u8; 32]>;

/// The key for one purpose: HKDF without salt (the secret is uniformly random: RFC 5869, section 3.1) and with
/// `sealpost/<purpose>/v1` as `info`.
pub(crate) fn purpose_key(secret: &[u8; 32], purpose: &str) -> Key {
    expand(secret, None, &[b"sealpost/", purpose.as_bytes(), b"/v1"])
}

/// The key for one purpose out of a secret that is unpredictable and of any length: the same with another label, so that
/// no secret of a client can meet one of the server's keys.
pub(crate) fn secret_key(secret: &[u8], purpose: &str) -> Key {
    let info: [&[u8]; 3] = [b"sealpost/secret/", purpose.as_bytes(), b"/v1"];
    expand(secret, None, &info)
}

/// The same for what belongs to a subject, and as long as it is asked for: `info` is `sealpost/<purpose>/v1 | 0x00 | subject`.
pub(crate) fn subject_keys<const LENGTH: usize>(
    secret: &[u8; 32],
    purpose: &str,
    subject: &[u8],
) -> Zeroizing<[u8; LENGTH]> {
    let info: [&[u8]; 4] = [b"sealpost/", purpose.as_bytes(), b"/v1\0", subject];
    expand(secret, None, &info)
}

/// A key out of a uniformly random secret of any length, with a salt that names whom it is for.
pub(crate) fn salted_key(secret: &[u8], salt: &[u8], label: &[u8]) -> Key {
    expand(secret, Some(salt), &[label])
}

fn expand<const LENGTH: usize>(
    secret: &[u8],
    salt: Option<&[u8]>,
    info: &[&[u8]],
) -> Zeroizing<[u8; LENGTH]> {
    let mut key = Zeroizing::new([0; LENGTH]);
    #[expect(
        clippy::expect_used,
        reason = "HKDF-SHA-256 refuses more than 8,160 bytes and nothing else"
    )]
    Hkdf::<Sha256>::new(salt, secret)
        .expand_multi_info(info, key.as_mut_slice())
        .expect("a few bytes are a few blocks");
    key
}

/// HMAC-SHA-256 under this key.
pub(crate) fn keyed(key: &[u8; 32]) -> HmacSha256 {
    // The constructor that cannot fail takes a whole block: pad as RFC 2104, section 2 (1) does.
    let mut block = Zeroizing::new([0_u8; 64]);
    for (slot, byte) in block.iter_mut().zip(key) {
        *slot = *byte;
    }
    HmacSha256::new((&*block).into())
}

#[cfg(test)]
mod tests {
    use hmac::Mac;

    use super::*;

    fn hex(text: &str) -> Vec<u8> {
        (0..text.len())
            .step_by(2)
            .map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap())
            .collect()
    }

    #[test]
    fn agrees_with_rfc_5869() {
        // Appendix A.1, and A.3 cut to 32 bytes: HKDF's output is a stream.
        let secret = [0x0b; 22];
        let (salt, info) = (
            hex("000102030405060708090a0b0c"),
            hex("f0f1f2f3f4f5f6f7f8f9"),
        );
        assert_eq!(
            expand::<42>(&secret, Some(&salt), &[&info]).to_vec(),
            hex(
                "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"
            )
        );
        assert_eq!(
            expand::<32>(&secret, None, &[]).to_vec(),
            hex("8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d")
        );
    }

    #[test]
    fn the_label_is_spelled_as_documented() {
        let spelled: Key = expand(&[3; 32], None, &[b"sealpost/server/v1"]);
        assert_eq!(*purpose_key(&[3; 32], "server"), *spelled);
        assert_ne!(*purpose_key(&[3; 32], "file"), *spelled);
        let spelled: Zeroizing<[u8; 48]> =
            expand(&[3; 32], None, &[b"sealpost/server/v1\x00subject"]);
        assert_eq!(*subject_keys(&[3; 32], "server", b"subject"), *spelled);
    }

    #[test]
    fn agrees_with_rfc_4231() {
        // Test cases 1 and 2; a key shorter than 32 bytes equals itself with zeros behind it.
        let mac = |key: &[u8], data: &[u8]| {
            let mut padded = [0; 32];
            padded[..key.len()].copy_from_slice(key);
            keyed(&padded)
                .chain_update(data)
                .finalize()
                .into_bytes()
                .to_vec()
        };
        assert_eq!(
            mac(&[0x0b; 20], b"Hi There"),
            hex("b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7")
        );
        assert_eq!(
            mac(b"Jefe", b"what do ya want for nothing?"),
            hex("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
        );
    }
}
