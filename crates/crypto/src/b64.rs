//! Base64url without padding (RFC 7515, section 2), strictly: one value has one spelling.

use base64ct::{Base64UrlUnpadded, Encoding};

/// The spelling of these bytes.
pub(crate) fn encode(bytes: &[u8]) -> String {
    Base64UrlUnpadded::encode_string(bytes)
}

/// The bytes of this spelling; None for padding, white space, another alphabet or stray bits at the end.
pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    Base64UrlUnpadded::decode_vec(text).ok()
}

/// The same for a value of known length.
pub(crate) fn decode_array<const N: usize>(text: &str) -> Option<[u8; N]> {
    decode(text)?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_value_has_one_spelling() {
        // RFC 7515, appendix C.
        assert_eq!(encode(&[3, 236, 255, 224, 193]), "A-z_4ME");
        assert_eq!(decode("A-z_4ME"), Some(vec![3, 236, 255, 224, 193]));
        for text in [
            "A-z_4ME=",
            "A-z_4MF",
            "A+z/4ME",
            "A-z_4ME\n",
            " A-z_4ME",
            "A",
        ] {
            assert_eq!(decode(text), None, "{text:?}");
        }
        assert_eq!(decode_array::<4>("A-z_4ME"), None);
    }
}
