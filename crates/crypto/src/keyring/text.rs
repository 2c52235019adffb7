//! Keys as text.

use base64ct::{Base64UrlUnpadded, Encoding};
use sealpost_domain::Secret;
use zeroize::Zeroizing;

/// 32 bytes as base64url without padding (RFC 4648, section 5). Decoded in constant time: the look-ups of an ordinary
/// decoder would tell other processes on the machine about the key.
pub(super) fn from_base64url(text: &str) -> Option<Secret<[u8; 32]>> {
    let mut bytes = Zeroizing::new([0_u8; 32]);
    let decoded = Base64UrlUnpadded::decode(text, bytes.as_mut_slice()).ok()?;
    (decoded.len() == 32).then(|| Secret::new(*bytes))
}

/// 32 bytes as hexadecimal digits of either case.
pub(super) fn from_hex(text: &str) -> Option<Secret<[u8; 32]>> {
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    let mut bytes = Zeroizing::new([0_u8; 32]);
    let (pairs, _) = text.as_bytes().as_chunks::<2>();
    for (byte, [high, low]) in bytes.iter_mut().zip(pairs) {
        *byte = hex_digit(*high)? << 4 | hex_digit(*low)?;
    }
    Some(Secret::new(*bytes))
}

const fn hex_digit(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}
