use std::fmt;

use bytes::Bytes;

use crate::files::FileId;

/// What kind of file it is, as its name ends: 1 to 10 letters and digits of ASCII in lower case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extension(String);

impl Extension {
    const MAX_CHARS: usize = 10;

    /// Takes what a client sent, in any case and with or without the dot; None if it is no extension.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.strip_prefix('.').unwrap_or(text);
        let right = (1..=Self::MAX_CHARS).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
        right.then(|| Self(text.to_ascii_lowercase()))
    }

    /// The extension of a file's name; `bin` if it has none.
    pub(super) fn of(name: &str) -> Self {
        let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
        Self::parse(ending).unwrap_or_else(|| Self("bin".to_owned()))
    }

    /// The text, without a dot.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The media type of files that end so, of those that a browser shows without running anything; None of all others.
    pub(super) fn media_type(&self) -> Option<&'static str> {
        Some(match self.0.as_str() {
            "png" => "image/png",
            "jpg" | "jpeg" => "image/jpeg",
            "gif" => "image/gif",
            "webp" => "image/webp",
            "mp3" => "audio/mpeg",
            "ogg" => "audio/ogg",
            "wav" => "audio/wav",
            "mp4" => "video/mp4",
            "webm" => "video/webm",
            "txt" => "text/plain; charset=utf-8",
            _ => return None,
        })
    }
}

impl fmt::Display for Extension {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A file that is to go with a message.
#[derive(Debug, Clone)]
pub struct NewAttachment {
    /// What kind of file its sender says it is.
    pub extension: Extension,
    /// All of it.
    pub content: Bytes,
}

/// A file that came with a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// Which file.
    pub file: FileId,
    /// What kind of file its sender says it is.
    pub extension: Extension,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_extension_cannot_become_a_path() {
        for (text, good) in [("PNG", "png"), (".jpeg", "jpeg"), ("7z", "7z")] {
            assert_eq!(Extension::parse(text).unwrap().as_str(), good);
        }
        for bad in [
            "",
            ".",
            "..",
            "a/b",
            "a.b",
            "../png",
            "elevenchars",
            "é",
            "a b",
            "a\0",
        ] {
            assert_eq!(Extension::parse(bad), None, "{bad}");
        }
        assert_eq!(Extension::of("attachment.png").as_str(), "png");
        assert_eq!(Extension::of("attachment").as_str(), "bin");
    }
}
