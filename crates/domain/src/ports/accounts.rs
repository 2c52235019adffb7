use super::{PasswordHash, StoreError};
use crate::Timestamp;
use crate::accounts::{Account, AccountId, Email, Settings, Username};

repository! {
/// Accounts and their password hashes.
#[cfg_attr(any(test, feature = "testing"), mockall::automock)]
pub trait AccountRepository {
    /// Adds an account with its password hash.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] with `Username` if another account has the name, folded, or one that looks like it
    /// ([`crate::accounts::Skeleton::rivals`]), or if one of the two is retired until after the account's `created_at`
    /// ([`AccountRepository::rename`]). Of two lookalikes that are taken at the same moment both may succeed. With `Email` if the account comes with a proved address that
    /// another one has proved; any number of accounts can name one that they have not proved.
    fn insert(&mut self, account: &Account, hash: &PasswordHash) -> Result<(), StoreError>;

    /// The account with this id; None if there is none.
    ///
    /// # Errors
    /// [`StoreError`].
    fn find(&mut self, id: AccountId) -> Result<Option<Account>, StoreError>;

    /// The same, and until the unit ends nobody else changes or deletes the account: a change that is under way is
    /// waited for, and what it did is seen.
    ///
    /// # Errors
    /// [`StoreError`].
    fn lock(&mut self, id: AccountId) -> Result<Option<Account>, StoreError>;

    /// Those of `ids` (at most 500) that exist, in any order.
    ///
    /// # Errors
    /// [`StoreError`].
    fn find_many(&mut self, ids: &[AccountId]) -> Result<Vec<Account>, StoreError>;

    /// The account with this username, compared folded.
    ///
    /// # Errors
    /// [`StoreError`].
    fn find_by_username(&mut self, username: &Username) -> Result<Option<Account>, StoreError>;

    /// The account that has proved this mail address, compared folded. If none has: of those that name it, the first that
    /// was made.
    ///
    /// # Errors
    /// [`StoreError`].
    fn find_by_email(&mut self, email: &Email) -> Result<Option<Account>, StoreError>;

    /// The account's password hash; None if there is no such account.
    ///
    /// # Errors
    /// [`StoreError`].
    fn find_password(&mut self, id: AccountId) -> Result<Option<PasswordHash>, StoreError>;

    /// Replaces the password hash `old` by `new`. False, and nothing changes, when the account is gone or its hash is
    /// no longer `old` (somebody else changed it meanwhile).
    ///
    /// # Errors
    /// [`StoreError`].
    fn replace_password(
        &mut self,
        id: AccountId,
        old: &PasswordHash,
        new: &PasswordHash,
    ) -> Result<bool, StoreError>;

    /// Gives the account a mail address that its owner has proved. Whoever merely names it keeps doing so, and is no longer
    /// found by it. False, and nothing changes, if the account is gone or another one has proved the address.
    ///
    /// # Errors
    /// [`StoreError`].
    fn verify_email(
        &mut self,
        id: AccountId,
        email: &Email,
        at: Timestamp,
    ) -> Result<bool, StoreError>;

    /// Gives the account another username at the moment `at`. The one it had, unless it is the same folded, is retired: no
    /// other account can have it before `free_at`, while this one may take it back. False, and nothing changes, if the
    /// account is gone or its `renamed_at` is no longer `last`.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] with `Username` if another account has the name or one that looks like it, or if it is
    /// another one's retired name until after `at`, or looks like one. As in [`AccountRepository::insert`].
    fn rename(
        &mut self,
        id: AccountId,
        last: Option<Timestamp>,
        username: &Username,
        at: Timestamp,
        free_at: Timestamp,
    ) -> Result<bool, StoreError>;

    /// Takes the username from an account that is about to be removed in the same unit of work, and retires it: no account
    /// can have it before `free_at`. Until the unit ends nobody can add what would belong to the account. False, and nothing
    /// changes, if there is no such account.
    ///
    /// # Errors
    /// [`StoreError`].
    fn vacate(&mut self, id: AccountId, free_at: Timestamp) -> Result<bool, StoreError>;

    /// Removes the account and everything that belongs to it alone. Its files must be shredded
    /// ([`super::FileRepository::shred_all`]) and its conversations deleted
    /// ([`super::ConversationRepository::delete_all`]) before. Names that it had stay retired. False if there is no such
    /// account.
    ///
    /// # Errors
    /// [`StoreError::Internal`] if a file of the account still has its key.
    fn remove(&mut self, id: AccountId) -> Result<bool, StoreError>;

    /// Deletes at most `limit` retired names that are free at `now`; says how many went.
    ///
    /// # Errors
    /// [`StoreError`].
    fn sweep_retired(&mut self, now: Timestamp, limit: u32) -> Result<u64, StoreError>;

    /// Computes the skeletons of at most `limit` accounts that were stored without; says of how many. Names that were
    /// retired without one never get one.
    ///
    /// # Errors
    /// [`StoreError`].
    fn fill_skeletons(&mut self, limit: u32) -> Result<u64, StoreError>;

    /// Takes the mail address from the account, proved or not. False if there is no such account.
    ///
    /// # Errors
    /// [`StoreError`].
    fn remove_email(&mut self, id: AccountId) -> Result<bool, StoreError>;
    /// The accounts whose usernames come after `after`, folded (all if None), in that order, at most `limit`.
    ///
    /// # Errors
    /// [`StoreError`].
    fn page(&mut self, after: Option<Username>, limit: u32) -> Result<Vec<Account>, StoreError>;

    /// Says since when the account is disabled; None enables it. False if there is no such account.
    ///
    /// # Errors
    /// [`StoreError`].
    fn set_disabled(&mut self, id: AccountId, since: Option<Timestamp>)
    -> Result<bool, StoreError>;

    /// The account's settings, [`Settings::default`] until its owner changes them; None if there is no such account.
    ///
    /// # Errors
    /// [`StoreError`].
    fn find_settings(&mut self, id: AccountId) -> Result<Option<Settings>, StoreError>;

    /// Replaces the settings `old` by `new`. False, and nothing changes, when the account is gone or its settings are no
    /// longer `old` (somebody else changed them meanwhile).
    ///
    /// # Errors
    /// [`StoreError`].
    fn replace_settings(
        &mut self,
        id: AccountId,
        old: &Settings,
        new: &Settings,
    ) -> Result<bool, StoreError>;
}
}
