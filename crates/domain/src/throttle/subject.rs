use std::net::IpAddr;

use crate::accounts::AccountId;
use crate::links::LinkId;
use crate::sessions::SessionId;

/// Whose guesses or requests are counted.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Subject {
    /// Those against an account.
    Account(AccountId),
    /// Those against a name or address that nobody has, as it was folded: it is to meet the same waiting as any other.
    Nobody(String),
    /// Those out of a live session.
    Session(SessionId),
    /// Those of a link.
    Link(LinkId),
    /// Those from a network address (for IPv6 its /64).
    Address(IpAddr),
}

impl Subject {
    /// Unambiguous bytes, for the counter's key.
    pub(super) fn bytes(&self) -> Vec<u8> {
        let (tag, bytes) = match self {
            Self::Account(id) => (1, id.as_bytes().to_vec()),
            Self::Nobody(name) => (2, name.as_bytes().to_vec()),
            Self::Session(id) => (3, id.as_bytes().to_vec()),
            Self::Link(id) => (7, id.as_bytes().to_vec()),
            Self::Address(IpAddr::V4(ip)) => (4, ip.octets().to_vec()),
            Self::Address(IpAddr::V6(ip)) => (6, ip.octets().to_vec()),
        };
        [vec![tag], bytes].concat()
    }
}
