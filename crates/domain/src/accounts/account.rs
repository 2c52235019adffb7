use super::{Email, Username};
use crate::Timestamp;

define_id! {
    /// Names an account for ever; usernames may change.
    AccountId
}

/// A person or program that can log in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Its id.
    pub id: AccountId,
    /// The name others find it by, as its owner wrote it.
    pub username: Username,
    /// Where mail goes; optional and not necessarily verified.
    pub email: Option<Email>,
    /// When it was made.
    pub created_at: Timestamp,
}
