//! NUL in JSON texts: PostgreSQL cannot store it and C libraries end there, so no body may carry it.

/// Whether a JSON text has a string with the escape for NUL in it. (A raw NUL is no JSON at all.)
pub(super) fn has_escaped_nul(json: &[u8]) -> bool {
    let mut rest = json;
    while let Some(backslash) = rest.iter().position(|byte| *byte == b'\\') {
        // What follows a backslash belongs to it, so that `\\u0000` is a backslash and five ordinary characters.
        rest = rest.get(backslash + 1..).unwrap_or_default();
        if rest.starts_with(b"u0000") {
            return true;
        }
        rest = rest.get(1..).unwrap_or_default();
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_escape_itself_counts() {
        for (json, found) in [
            (r#"{"a":"\u0000"}"#, true),
            (r#"{"a":"\\\u0000"}"#, true),
            (r#"{"a":"\\u0000"}"#, false),
            (r#"{"a":"\u0001"}"#, false),
            (r#"{"a":"u0000"}"#, false),
            (r"\", false),
            ("", false),
        ] {
            assert_eq!(has_escaped_nul(json.as_bytes()), found, "{json}");
        }
    }
}
