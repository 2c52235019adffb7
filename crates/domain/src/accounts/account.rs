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

/// Tells two states of an account apart, as its owner sees them: of what they see nothing changes without it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AccountVersion {
    /// When it got the username it has.
    pub renamed_at: Option<Timestamp>,
    /// Whether there is a mail address. One that was not proved stays as it is until it is removed or another is proved.
    pub has_email: bool,
    /// When the address was proved.
    pub email_verified_at: Option<Timestamp>,
    /// The picture.
    pub avatar: Avatar,
}

impl Account {
    /// Which state this is.
    #[must_use]
    pub const fn version(&self) -> AccountVersion {
        AccountVersion {
            renamed_at: self.renamed_at,
            has_email: self.email.is_some(),
            email_verified_at: self.email_verified_at,
            avatar: self.avatar,
        }
    }
}
