use crate::accounts::{AccountId, Username};
use crate::contacts::{Acquaintance, ContactState};

/// An account as the caller gets to see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// Which account.
    pub account: AccountId,
    /// Its name.
    pub username: Username,
    /// How far the two are with being contacts.
    pub contact: ContactState,
    /// Whether the caller blocks it.
    pub blocked: bool,
    /// Whether it is there; None if the caller does not get to see it.
    pub online: Option<bool>,
}

impl Profile {
    pub(super) fn new(found: Acquaintance, online: Option<bool>) -> Self {
        Self {
            account: found.account,
            username: found.username,
            contact: found.relation.contact,
            blocked: found.relation.blocked_at.is_some(),
            online,
        }
    }
}
