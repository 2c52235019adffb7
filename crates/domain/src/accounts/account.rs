use super::{Email, Username};
use crate::Timestamp;
use crate::avatars::Avatar;

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
    /// Where mail goes, if anywhere.
    pub email: Option<Email>,
    /// When its owner proved that mail to this address reaches them; None while they have not.
    pub email_verified_at: Option<Timestamp>,
    /// Since when the operator lets nobody log in to it; None while they may.
    pub disabled_at: Option<Timestamp>,
    /// When it got the username it has; None if it was made with it.
    pub renamed_at: Option<Timestamp>,
    /// The picture it shows of itself.
    pub avatar: Avatar,
    /// When it was made.
    pub created_at: Timestamp,
}
