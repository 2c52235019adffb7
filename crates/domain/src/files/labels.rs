//! What a file's owner says about it.

use thiserror::Error;

use crate::{DomainError, ErrorKind};

/// The name of a file: a label and no path.
#[derive(Clone, PartialEq, Eq)]
pub struct FileName(String);

/// What is wrong with the name of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum InvalidFileName {
    /// Empty, or more than [`FileName::MAX_BYTES`].
    #[error("a file's name has 1 to 255 bytes of UTF-8")]
    Length,
    /// A control character, a slash or a backslash, or nothing but dots.
    #[error("a file's name has no control characters and no slashes, and is neither '.' nor '..'")]
    Character,
}

impl FileName {
    /// The longest name, in bytes of UTF-8.
    pub const MAX_BYTES: usize = 255;

    /// Takes what a client sent.
    ///
    /// # Errors
    /// [`InvalidFileName`].
    pub fn parse(text: &str) -> Result<Self, InvalidFileName> {
        if text.is_empty() || text.len() > Self::MAX_BYTES {
            return Err(InvalidFileName::Length);
        }
        let wrong = |c: char| c.is_control() || matches!(c, '/' | '\\');
        if text.contains(wrong) || matches!(text, "." | "..") {
            return Err(InvalidFileName::Character);
        }
        Ok(Self(text.to_owned()))
    }

    /// The value of a stored row, which is not judged again.
    #[must_use]
    pub const fn restore(text: String) -> Self {
        Self(text)
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

// Names tell a lot: they belong in no log.
impl std::fmt::Debug for FileName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "FileName({} bytes)", self.0.len())
    }
}

impl DomainError for InvalidFileName {
    fn kind(&self) -> ErrorKind {
        ErrorKind::Invalid
    }

    fn code(&self) -> &'static str {
        "invalid-file-name"
    }
}

/// The media type that a file's owner says it has. The server stores and repeats it, and believes nothing of it.
#[derive(Clone, PartialEq, Eq)]
pub struct ContentType(String);

/// What was given is no media type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error(
    "a content type looks like 'image/png' or 'text/plain; charset=utf-8' and has at most 255 bytes"
)]
pub struct InvalidContentType;

impl ContentType {
    /// The longest media type, in bytes.
    pub const MAX_BYTES: usize = 255;

    /// What a file is that nobody says anything about.
    #[must_use]
    pub fn unknown() -> Self {
        Self("application/octet-stream".to_owned())
    }

    /// Takes what a client sent: `type/subtype` in the characters of RFC 9110, section 5.6.2, and any parameters in
    /// visible ASCII. Anything else could not be repeated in a header.
    ///
    /// # Errors
    /// [`InvalidContentType`].
    pub fn parse(text: &str) -> Result<Self, InvalidContentType> {
        let text = text.trim();
        let (essence, parameters) = text.split_once(';').unwrap_or((text, ""));
        let (kind, subtype) = essence
            .trim_end()
            .split_once('/')
            .ok_or(InvalidContentType)?;
        let token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
        let is_token = |part: &str| !part.is_empty() && part.chars().all(token);
        let visible = |c: char| matches!(c, ' '..='~');
        let right = text.len() <= Self::MAX_BYTES
            && is_token(kind)
            && is_token(subtype)
            && parameters.chars().all(visible);
        right
            .then(|| Self(text.to_owned()))
            .ok_or(InvalidContentType)
    }

    /// The value of a stored row, which is not judged again.
    #[must_use]
    pub const fn restore(text: String) -> Self {
        Self(text)
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for ContentType {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ContentType({} bytes)", self.0.len())
    }
}

impl DomainError for InvalidContentType {
    fn kind(&self) -> ErrorKind {
        ErrorKind::Invalid
    }

    fn code(&self) -> &'static str {
        "invalid-content-type"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_a_label_and_no_path() {
        for right in [
            "a",
            "Übersicht 2026.pdf",
            "...",
            ".bashrc",
            "\u{1F4C4}.txt",
            &"x".repeat(255),
        ] {
            assert_eq!(FileName::parse(right).unwrap().as_str(), right);
        }
        for (wrong, why) in [
            ("", InvalidFileName::Length),
            (&*"x".repeat(256), InvalidFileName::Length),
            ("a/b", InvalidFileName::Character),
            ("a\\b", InvalidFileName::Character),
            ("..", InvalidFileName::Character),
            ("a\0", InvalidFileName::Character),
            ("a\r\nX: y", InvalidFileName::Character),
        ] {
            assert_eq!(FileName::parse(wrong).unwrap_err(), why, "{wrong:?}");
        }
    }

    #[test]
    fn a_content_type_can_be_repeated_in_a_header() {
        for right in [
            "image/png",
            "text/plain; charset=utf-8",
            "application/vnd.x+json;a=\"b c\"",
        ] {
            assert_eq!(ContentType::parse(right).unwrap().as_str(), right);
        }
        for wrong in [
            "",
            "image",
            "/",
            "a/",
            "/b",
            "a b/c",
            "text/plain; x=\r\ny",
            "text/é",
            &format!("a/{}", "b".repeat(254)),
        ] {
            assert_eq!(
                ContentType::parse(wrong).unwrap_err(),
                InvalidContentType,
                "{wrong:?}"
            );
        }
    }

    #[test]
    fn neither_shows_in_logs() {
        let name = FileName::parse("diagnosis.pdf").unwrap();
        let kind = ContentType::parse("application/pdf").unwrap();
        assert_eq!(
            format!("{name:?} {kind:?}"),
            "FileName(13 bytes) ContentType(15 bytes)"
        );
    }
}
