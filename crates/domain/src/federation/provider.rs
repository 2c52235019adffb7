use std::fmt;

use thiserror::Error;

/// What the operator calls a provider, in URLs and in the configuration: 1 to 32 of `a-z`, `0-9` and `-`, which is
/// neither first nor last.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProviderId(String);

/// The text names no provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a provider's id has 1 to 32 of a-z, 0-9 and '-', which is neither first nor last")]
pub struct InvalidProviderId;

impl ProviderId {
    /// The longest id in bytes.
    pub const MAX_BYTES: usize = 32;

    /// Takes an id.
    ///
    /// # Errors
    /// [`InvalidProviderId`].
    pub fn parse(text: &str) -> Result<Self, InvalidProviderId> {
        let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        let right = (1..=Self::MAX_BYTES).contains(&text.len())
            && text.bytes().all(plain)
            && !text.starts_with('-')
            && !text.ends_with('-');
        right
            .then(|| Self(text.to_owned()))
            .ok_or(InvalidProviderId)
    }

    /// The id as it is written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ProviderId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A provider as people see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderInfo {
    /// What it is called in URLs.
    pub id: ProviderId,
    /// What it is called on a button.
    pub display_name: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_fits_into_a_path_and_a_variable() {
        for text in ["42", "corp", "my-idp", "a"] {
            assert_eq!(ProviderId::parse(text).unwrap().as_str(), text);
        }
        let long = "a".repeat(33);
        for text in ["", "-a", "a-", "Corp", "a_b", "a/b", "é", &long] {
            assert_eq!(ProviderId::parse(text), Err(InvalidProviderId), "{text}");
        }
    }
}
