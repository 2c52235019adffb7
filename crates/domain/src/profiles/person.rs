use crate::accounts::{AccountId, Username};
use crate::avatars::Avatar;

/// An account as everybody sees it who may know of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Which account.
    pub account: AccountId,
    /// Its name.
    pub username: Username,
    /// Whether it is there; false also if its owner does not show it.
    pub online: bool,
    /// The picture it shows.
    pub avatar: Avatar,
    /// Its mutual contacts, by folded username. Others than the owner see those of them who want to be discovered.
    pub friends: Vec<Username>,
}
