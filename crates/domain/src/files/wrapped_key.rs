use thiserror::Error;

/// The key of a file that is end-to-end encrypted, as a client wrapped it for one reader: a compact JWE, or whatever else the
/// clients have agreed on. The server looks at its form alone and keeps it byte for byte.
#[derive(Clone, PartialEq, Eq)]
pub struct WrappedKey(String);

/// What was given is no wrapped key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error(
    "a wrapped key has 1 to 4096 visible characters of ASCII: a compact JWE, or anything in base64url"
)]
pub struct InvalidWrappedKey;

impl WrappedKey {
    /// The longest, in bytes.
    pub const MAX_BYTES: usize = 4_096;

    /// Takes what a client sent.
    ///
    /// # Errors
    /// [`InvalidWrappedKey`].
    pub fn parse(text: &str) -> Result<Self, InvalidWrappedKey> {
        let right = (1..=Self::MAX_BYTES).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_graphic());
        if right {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidWrappedKey)
        }
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

// A wrap of a weak sort would be worth trying: it belongs in no log.
impl std::fmt::Debug for WrappedKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "WrappedKey({} bytes)", self.0.len())
    }
}

impl crate::DomainError for InvalidWrappedKey {
    fn kind(&self) -> crate::ErrorKind {
        crate::ErrorKind::Invalid
    }

    fn code(&self) -> &'static str {
        "invalid-wrapped-key"
    }

    fn field(&self) -> Option<&'static str> {
        Some("wrapped_key")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_visible_and_not_too_long() {
        for good in ["a", "eyJh.b-_c..e", &"a".repeat(4_096), "{\"a\":1}"] {
            assert_eq!(WrappedKey::parse(good).unwrap().as_str(), good);
        }
        for wrong in ["", "a b", "a\n", "é", "a\0", &"a".repeat(4_097)] {
            assert_eq!(WrappedKey::parse(wrong), Err(InvalidWrappedKey));
        }
    }

    #[test]
    fn it_is_not_in_logs() {
        let shown = format!("{:?}", WrappedKey::parse("canary").unwrap());
        assert!(!shown.contains("canary"), "{shown}");
    }
}
