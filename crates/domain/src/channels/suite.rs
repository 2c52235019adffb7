use thiserror::Error;

/// How the fields of a channel are encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ChannelSuite {
    /// AES-256-GCM, a random nonce in front, the field's name authenticated.
    A256Gcm,
    /// AES-256-ECB with PKCS#7: what the original speaks. It hides neither repetition nor exchanged blocks.
    A256Ecb,
}

/// Nothing known goes by this name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the cipher is one of: A256GCM, A256ECB")]
pub struct UnknownSuite;

impl ChannelSuite {
    /// Both.
    pub const ALL: [Self; 2] = [Self::A256Gcm, Self::A256Ecb];

    /// The number it is stored as.
    #[must_use]
    pub const fn code(self) -> i16 {
        match self {
            Self::A256Gcm => 1,
            Self::A256Ecb => 2,
        }
    }

    /// The suite stored as this number; None if there is none.
    #[must_use]
    pub fn from_code(code: i16) -> Option<Self> {
        Self::ALL.into_iter().find(|suite| suite.code() == code)
    }

    /// What clients call it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::A256Gcm => "A256GCM",
            Self::A256Ecb => "A256ECB",
        }
    }

    /// The suite of this name.
    ///
    /// # Errors
    /// [`UnknownSuite`].
    pub fn parse(name: &str) -> Result<Self, UnknownSuite> {
        Self::ALL
            .into_iter()
            .find(|suite| suite.name() == name)
            .ok_or(UnknownSuite)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_and_names_lead_back() {
        for suite in ChannelSuite::ALL {
            assert_eq!(ChannelSuite::from_code(suite.code()), Some(suite));
            assert_eq!(ChannelSuite::parse(suite.name()), Ok(suite));
        }
        assert_eq!(ChannelSuite::parse("a256gcm"), Err(UnknownSuite));
    }
}
