use super::KeyId;
use crate::Timestamp;
use crate::accounts::AccountId;

/// What happened to an account's keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeyOperation {
    /// A key was published.
    Add,
    /// A key was withdrawn.
    Revoke,
    /// A key was published in place of another.
    Rotate,
}

impl KeyOperation {
    /// Every operation.
    pub const ALL: [Self; 3] = [Self::Add, Self::Revoke, Self::Rotate];

    /// The number it is stored as.
    #[must_use]
    pub const fn code(self) -> i16 {
        match self {
            Self::Add => 1,
            Self::Revoke => 2,
            Self::Rotate => 3,
        }
    }

    /// The operation stored as this number; None if there is none.
    #[must_use]
    pub fn from_code(code: i16) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|operation| operation.code() == code)
    }

    /// What the API calls it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Add => "add",
            Self::Revoke => "revoke",
            Self::Rotate => "rotate",
        }
    }
}

/// Who vouches for a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Asserter {
    /// The server alone: the account was logged in, and nothing was signed.
    Server,
    /// The owner's client, by a signature of the owner's identity key.
    Client,
}

impl Asserter {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Server, Self::Client];

    /// The number it is stored as.
    #[must_use]
    pub const fn code(self) -> i16 {
        match self {
            Self::Server => 1,
            Self::Client => 2,
        }
    }

    /// The asserter stored as this number; None if there is none.
    #[must_use]
    pub fn from_code(code: i16) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|asserter| asserter.code() == code)
    }

    /// What the API calls it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Server => "server",
            Self::Client => "client",
        }
    }
}

/// A change of an account's keys: a row that is written once and never changed, so that the history can be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyEvent {
    /// Whose keys.
    pub account: AccountId,
    /// What happened.
    pub operation: KeyOperation,
    /// The key that was published, or withdrawn.
    pub key: KeyId,
    /// The key that `key` takes the place of.
    pub replaced: Option<KeyId>,
    /// Who vouches for it.
    pub asserted_by: Asserter,
    /// When.
    pub created_at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_lead_back() {
        for operation in KeyOperation::ALL {
            assert_eq!(KeyOperation::from_code(operation.code()), Some(operation));
        }
        for asserter in Asserter::ALL {
            assert_eq!(Asserter::from_code(asserter.code()), Some(asserter));
        }
        assert_eq!(Asserter::from_code(0), None);
    }
}
