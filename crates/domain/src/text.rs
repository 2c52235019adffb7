//! Text that must compare alike in every database: folding is done here, never by the engine.

use caseless::Caseless;
use unicode_normalization::UnicodeNormalization;

/// The key under which a name is unique and sorted: compatibility caseless matching of the Unicode Standard
/// (section 3.13, D146), in NFKC. `É`, `é`, `E` + combining acute and the full-width `Ｅ́` all give the same key.
pub(crate) fn fold(text: &str) -> String {
    text.chars()
        .nfd()
        .default_case_fold()
        .nfkc()
        .default_case_fold()
        .nfkc()
        .collect()
}

/// The bytes in lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    let nibbles = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    let mut text = String::with_capacity(2 * bytes.len());
    text.extend(nibbles.filter_map(|nibble| char::from_digit(u32::from(nibble), 16)));
    text
}

/// The bytes that [`hex`] writes like this; None if it writes nothing like this.
pub(crate) fn unhex(text: &str) -> Option<Vec<u8>> {
    if !is_lower_hex(text) {
        return None;
    }
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    let pairs = pairs.iter().map(|pair| {
        let digits = std::str::from_utf8(pair).ok()?;
        u8::from_str_radix(digits, 16).ok()
    });
    if rest.is_empty() {
        pairs.collect()
    } else {
        None
    }
}

/// Whether the text is nothing but what [`hex`] writes.
pub(crate) fn is_lower_hex(text: &str) -> bool {
    text.bytes()
        .all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}

/// Characters that show nothing or reorder what is shown, so that two names could look the same: soft hyphen,
/// zero-width and bidirectional controls, variation selectors, tags, the byte order mark.
pub(crate) fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{00AD}' | '\u{034F}' | '\u{061C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}'
        | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}'
        | '\u{2060}'..='\u{206F}' | '\u{3164}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFA0}'
        | '\u{FFF0}'..='\u{FFFB}' | '\u{1D173}'..='\u{1D17A}' | '\u{E0000}'..='\u{E0FFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folding_removes_case_width_and_composition() {
        for same in ["É", "é", "E\u{301}", "\u{FF25}\u{301}"] {
            assert_eq!(fold(same), "é");
        }
        assert_eq!(fold("STRASSE"), fold("straße"));
    }

    #[test]
    fn hexadecimal_there_and_back() {
        assert_eq!(
            unhex(&hex(&[0, 1, 0xab, 0xff])).unwrap(),
            [0, 1, 0xab, 0xff]
        );
        assert_eq!(unhex(""), Some(Vec::new()));
        for bad in ["0", "0A", "0g", "é0", "+1"] {
            assert_eq!(unhex(bad), None, "{bad}");
        }
    }

    #[test]
    fn folding_twice_changes_nothing() {
        for text in ["ǅ", "ᾳ", "ß", "İ", "Σίσυφος", "\u{345}"] {
            assert_eq!(fold(&fold(text)), fold(text), "{text}");
        }
    }
}
