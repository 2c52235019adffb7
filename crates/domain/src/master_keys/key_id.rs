use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use crate::{DomainError, ErrorKind};

/// Names a master key: the first four bytes of the SHA-256 digest of it (ADR 0005). Shown as eight hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MasterKeyId(u32);

/// What was given names no master key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the id of a master key is eight hexadecimal digits, as `sealpost keys status` shows it")]
pub struct InvalidMasterKeyId;

impl MasterKeyId {
    /// The key with this number, as sealed records hold it.
    #[must_use]
    pub const fn new(number: u32) -> Self {
        Self(number)
    }

    /// The number.
    #[must_use]
    pub const fn number(self) -> u32 {
        self.0
    }
}

impl fmt::Display for MasterKeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:08x}", self.0)
    }
}

impl fmt::Debug for MasterKeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for MasterKeyId {
    type Err = InvalidMasterKeyId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.len() != 8 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(InvalidMasterKeyId);
        }
        u32::from_str_radix(text, 16)
            .map(Self)
            .map_err(|_| InvalidMasterKeyId)
    }
}

impl DomainError for InvalidMasterKeyId {
    fn kind(&self) -> ErrorKind {
        ErrorKind::Invalid
    }

    fn code(&self) -> &'static str {
        "invalid-master-key-id"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn eight_digits_and_nothing_else() {
        let id = MasterKeyId::new(0x00AD_116A);
        assert_eq!(id.to_string(), "00ad116a");
        assert_eq!("00AD116a".parse(), Ok(id));
        for wrong in [
            "",
            "ad116a",
            "+0ad116a",
            "00ad116a0",
            "00ad116g",
            "00ad116\u{e9}",
        ] {
            assert_eq!(
                wrong.parse::<MasterKeyId>(),
                Err(InvalidMasterKeyId),
                "{wrong}"
            );
        }
    }
}
