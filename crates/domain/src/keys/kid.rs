use super::Thumbprint;

/// The thumbprint that this name of a key is the base64url of (RFC 4648, section 5, without padding); None if it is none.
pub(crate) fn parse_kid(kid: &str) -> Option<Thumbprint> {
    // 43 letters of six bits each: 32 bytes, and two bits that are nothing.
    if kid.len() != 43 {
        return None;
    }
    let mut thumbprint = [0; 32];
    let mut bytes = thumbprint.iter_mut();
    let (mut pending, mut bits) = (0_u16, 0_u32);
    for letter in kid.bytes() {
        pending = (pending << 6) | u16::from(six_bits(letter)?);
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            let [_, byte] = (pending >> bits).to_be_bytes();
            *bytes.next()? = byte;
            pending &= (1 << bits) - 1;
        }
    }
    (pending == 0).then_some(thumbprint)
}

/// The name of a key with this thumbprint, as clients see it; so are other digests written.
#[must_use]
pub fn format_kid(thumbprint: &Thumbprint) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let letter = |bits: u8| LETTERS.get(usize::from(bits & 63)).copied().map(char::from);
    let mut kid = String::with_capacity(43);
    for three in thumbprint.chunks(3) {
        let [a, b, c] = [0, 1, 2].map(|place| three.get(place).copied().unwrap_or(0));
        let letters = [a >> 2, a << 4 | b >> 4, b << 2 | c >> 6, c];
        // Of a last chunk that is not full, only the letters that have bits of it.
        kid.extend(letters.into_iter().take(three.len() + 1).filter_map(letter));
    }
    kid
}

const fn six_bits(letter: u8) -> Option<u8> {
    Some(match letter {
        b'A'..=b'Z' => letter - b'A',
        b'a'..=b'z' => letter - b'a' + 26,
        b'0'..=b'9' => letter - b'0' + 52,
        b'-' => 62,
        b'_' => 63,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kid_is_the_base64url_of_a_thumbprint() {
        // RFC 7638, section 3.1.
        let kid = "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs";
        let thumbprint = parse_kid(kid).unwrap();
        assert_eq!(thumbprint[..4], [55, 54, 203, 177]);
        assert_eq!(thumbprint[28..], [17, 130, 245, 123]);
        assert_eq!(format_kid(&thumbprint), kid);
    }

    #[test]
    fn other_names_are_none() {
        let kid = "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs";
        for other in [
            "",
            "k",
            &format!("{kid}="),
            &kid.replace('-', "+"),
            // Bits that are nothing, and are set.
            &kid.replace("Xs", "Xt"),
        ] {
            assert_eq!(parse_kid(other), None, "{other}");
        }
    }
}
