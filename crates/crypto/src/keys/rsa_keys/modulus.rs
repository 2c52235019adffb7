//! RSA public keys that are a modulus and nothing else: what some clients in browsers send, which all use one exponent.

use base64ct::{Base64, Encoding as _};

use super::RsaKey;

/// The exponent that goes without saying.
const EXPONENT: [u8; 1] = [3];
/// From 512 bits, below which nobody made keys any more when such clients were written, to 8192.
const LENGTHS: std::ops::RangeInclusive<usize> = 64..=1024;

/// Reads the base64 (RFC 4648, section 4) of a modulus, big-endian; white space around it is no matter. None if the text is
/// nothing that could be one.
pub(in crate::keys) fn read_modulus(text: &str) -> Option<RsaKey> {
    let modulus = Base64::decode_vec(text.trim()).ok()?;
    let is_odd = modulus.last().is_some_and(|last| last % 2 == 1);
    if !is_odd || !LENGTHS.contains(&modulus.len()) {
        return None;
    }
    RsaKey::from_numbers(modulus, EXPONENT.to_vec())
}

#[cfg(test)]
mod tests {
    use sealpost_domain::ports::{KeyInspector as _, KeyMaterial, KeyRefused};

    use super::*;
    use crate::keys::PublicKeyInspector;

    fn modulus(first: u8, length: usize, last: u8) -> String {
        let mut bytes = vec![0xA5; length];
        bytes[0] = first;
        bytes[length - 1] = last;
        Base64::encode_string(&bytes)
    }

    #[test]
    fn a_modulus_has_the_fingerprint_of_the_key_it_stands_for() {
        let text = modulus(0x80, 128, 1);
        let jwk = format!(
            r#"{{"e":"Aw","kty":"RSA","n":"{}"}}"#,
            text.trim_end_matches('=')
                .replace('+', "-")
                .replace('/', "_")
        );
        let expected = crate::thumbprint::thumbprint(&jwk);
        assert_eq!(PublicKeyInspector.fingerprint(&text), Some(expected));
        let spaced = format!(" {text}\n");
        assert_eq!(PublicKeyInspector.fingerprint(&spaced), Some(expected));
    }

    #[test]
    fn a_weak_pem_has_a_fingerprint_too_and_is_no_good_key() {
        let pem = include_str!("../../../testdata/rsa-1024-public.pem");
        assert!(PublicKeyInspector.fingerprint(pem).is_some());
        let judged = PublicKeyInspector.inspect(&KeyMaterial::Pem(pem.to_owned()));
        assert_eq!(judged, Err(KeyRefused::Size));
    }

    #[test]
    fn other_texts_have_none() {
        for text in [
            "",
            "PUBLIC_KEY",
            &modulus(0, 128, 1),
            &modulus(0x80, 128, 2),
            &modulus(0x80, 63, 1),
            &modulus(0x80, 1025, 1),
        ] {
            assert_eq!(PublicKeyInspector.fingerprint(text), None, "{text}");
        }
    }
}
