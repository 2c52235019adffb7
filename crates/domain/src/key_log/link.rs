use crate::Timestamp;
use crate::accounts::AccountId;
use crate::keys::{Asserter, KeyOperation, format_kid};
use crate::ports::Digest;

use super::leaf::Opening;

/// Why an account's chain got a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LinkOperation {
    /// The first keys, or those there were when the log began.
    Genesis,
    /// A key was published.
    Add,
    /// A key was withdrawn.
    Revoke,
    /// A key was published in place of another.
    Rotate,
    /// The same where the owner could not, or could no longer, sign with what they had.
    Reset,
    /// The account has another username.
    Rename,
    /// The account is gone. Nobody can open the leaf of this link.
    Delete,
}

impl LinkOperation {
    /// Every operation.
    pub const ALL: [Self; 7] = [
        Self::Genesis,
        Self::Add,
        Self::Revoke,
        Self::Rotate,
        Self::Reset,
        Self::Rename,
        Self::Delete,
    ];

    /// The number it is stored as.
    #[must_use]
    pub const fn code(self) -> i16 {
        match self {
            Self::Genesis => 1,
            Self::Add => 2,
            Self::Revoke => 3,
            Self::Rotate => 4,
            Self::Reset => 5,
            Self::Rename => 6,
            Self::Delete => 7,
        }
    }

    /// The operation stored as this number; None if there is none.
    #[must_use]
    pub fn from_code(code: i16) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|operation| operation.code() == code)
    }

    /// What a link calls it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Genesis => "genesis",
            Self::Add => "add",
            Self::Revoke => "revoke",
            Self::Rotate => "rotate",
            Self::Reset => "reset",
            Self::Rename => "rename",
            Self::Delete => "delete",
        }
    }
}

impl From<KeyOperation> for LinkOperation {
    fn from(operation: KeyOperation) -> Self {
        match operation {
            KeyOperation::Add => Self::Add,
            KeyOperation::Revoke => Self::Revoke,
            KeyOperation::Rotate => Self::Rotate,
        }
    }
}

/// A link as the unit of work records it that changes the keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewLink {
    /// Whose.
    pub account: AccountId,
    /// Its number in the account's chain, from 1 without holes.
    pub seq: u64,
    /// What happened.
    pub operation: LinkOperation,
    /// The owner's username from now on.
    pub username: String,
    /// All keys that the server hands out for the owner from now on: a canonical JSON array.
    pub keys: String,
    /// When.
    pub created_at: Timestamp,
}

/// A link that no leaf commits to yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PendingLink {
    /// What was recorded.
    pub link: NewLink,
    /// The digest of the link before it in its chain, if that has a leaf already.
    pub previous: Option<Digest>,
}

impl PendingLink {
    /// What the link says: canonical JSON (RFC 8785). `server` is the log's origin.
    #[must_use]
    pub fn text(&self, server: &str) -> String {
        let link = &self.link;
        let prev = self
            .previous
            .map_or_else(|| "null".to_owned(), |digest| quoted(&format_kid(&digest)));
        format!(
            r#"{{"account":{},"asserted_by":{},"identity":null,"keys":{},"op":{},"prev":{prev},"seq":{},"server":{},"ts":{},"username":{},"v":1}}"#,
            quoted(&link.account.to_string()),
            quoted(Asserter::Server.name()),
            link.keys,
            quoted(link.operation.name()),
            link.seq,
            quoted(server),
            quoted(&link.created_at.to_string()),
            quoted(&link.username),
        )
    }
}

/// A link that a leaf commits to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettledLink {
    /// Whose.
    pub account: AccountId,
    /// Its number in the account's chain.
    pub seq: u64,
    /// The number of its leaf.
    pub leaf: u64,
    /// What it says.
    pub text: String,
    /// The SHA-256 digest of the text, which the next link names.
    pub digest: Digest,
    /// What opens the leaf.
    pub opening: Opening,
}

/// A link of an account's chain, as it is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChainLink {
    /// No leaf commits to it yet.
    Pending(NewLink),
    /// A leaf commits to it.
    Settled(SettledLink),
}

/// A text as JSON, escaped as RFC 8785 (section 3.2.2.2) wants it.
pub(super) fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\u{8}' => quoted.push_str("\\b"),
            '\t' => quoted.push_str("\\t"),
            '\n' => quoted.push_str("\\n"),
            '\u{c}' => quoted.push_str("\\f"),
            '\r' => quoted.push_str("\\r"),
            c if c < ' ' => quoted.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_lead_back() {
        for operation in LinkOperation::ALL {
            assert_eq!(LinkOperation::from_code(operation.code()), Some(operation));
        }
        assert_eq!(LinkOperation::from_code(0), None);
    }

    #[test]
    fn a_link_is_canonical_json() {
        let pending = PendingLink {
            link: NewLink {
                account: AccountId::from_bytes([1; 16]),
                seq: 2,
                operation: LinkOperation::Rename,
                username: "zoë\"\u{1}".to_owned(),
                keys: "[]".to_owned(),
                created_at: Timestamp::from_seconds(9),
            },
            previous: Some([0xff; 32]),
        };
        assert_eq!(
            pending.text("chat.example/v1/keylog"),
            r#"{"account":"01010101-0101-0101-0101-010101010101","asserted_by":"server","identity":null,"keys":[],"op":"rename","prev":"__________________________________________8","seq":2,"server":"chat.example/v1/keylog","ts":"1970-01-01T00:00:09.000Z","username":"zoë\"\u0001","v":1}"#
        );
    }
}
