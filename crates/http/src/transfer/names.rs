//! The name of a download in `Content-Disposition`.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// All but `attr-char` of RFC 8187, section 3.2.1.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'!')
    .remove(b'#')
    .remove(b'$')
    .remove(b'&')
    .remove(b'+')
    .remove(b'-')
    .remove(b'.')
    .remove(b'^')
    .remove(b'_')
    .remove(b'`')
    .remove(b'|')
    .remove(b'~');

/// Always an attachment, so that no browser shows it as a page of this server (RFC 6266). A name comes twice: for old
/// programs in ASCII, and as it is.
pub(crate) fn disposition(name: Option<&str>) -> String {
    let Some(name) = name else {
        return "attachment".to_owned();
    };
    let ascii: String = name
        .chars()
        .map(|c| match c {
            // `%` would be decoded by some.
            '"' | '\\' | '%' => '_',
            ' '..='~' => c,
            _ => '_',
        })
        .collect();
    let encoded = utf8_percent_encode(name, ENCODED);
    format!("attachment; filename=\"{ascii}\"; filename*=UTF-8''{encoded}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_comes_as_ascii_and_as_it_is() {
        for (name, expected) in [
            (None, "attachment"),
            (
                Some("a.txt"),
                "attachment; filename=\"a.txt\"; filename*=UTF-8''a.txt",
            ),
            (
                Some("Übung 1%.pdf"),
                "attachment; filename=\"_bung 1_.pdf\"; filename*=UTF-8''%C3%9Cbung%201%25.pdf",
            ),
            (
                Some("a\"; x=\"b'.txt"),
                "attachment; filename=\"a_; x=_b'.txt\"; filename*=UTF-8''a%22%3B%20x%3D%22b%27.txt",
            ),
        ] {
            assert_eq!(disposition(name), expected);
        }
    }
}
