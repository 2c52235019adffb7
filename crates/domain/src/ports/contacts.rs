use super::StoreError;
use crate::accounts::{AccountId, Username};
use crate::contacts::{Acquaintance, Relation, Tally};
use crate::directory::UsernamePrefix;

repository! {
/// How accounts stand to each other: contacts, requests and blocks. Every look-up names the account that looks, the viewer;
/// whether the viewer may see what was found is the domain's to decide, unless a method says otherwise.
#[cfg_attr(any(test, feature = "testing"), mockall::automock)]
pub trait ContactRepository {
    /// The account with this username, compared folded, as `viewer` stands to it.
    ///
    /// # Errors
    /// [`StoreError`].
    fn find_by_username(
        &mut self,
        viewer: AccountId,
        username: &Username,
    ) -> Result<Option<Acquaintance>, StoreError>;

    /// The accounts with these usernames (at most 500), compared folded, as `viewer` stands to them, in no order.
    ///
    /// # Errors
    /// [`StoreError`].
    fn find_by_usernames(
        &mut self,
        viewer: AccountId,
        usernames: &[Username],
    ) -> Result<Vec<Acquaintance>, StoreError>;

    /// Those of `ids` (at most 500) that exist, as `viewer` stands to them, in no order.
    ///
    /// # Errors
    /// [`StoreError`].
    fn find_many(
        &mut self,
        viewer: AccountId,
        ids: &[AccountId],
    ) -> Result<Vec<Acquaintance>, StoreError>;

    /// The accounts whose folded usernames begin with `prefix` and come after `after` (empty: all), by folded username,
    /// at most `limit`. Without those that are not discoverable, are disabled, or block `viewer`.
    ///
    /// # Errors
    /// [`StoreError`].
    fn search(
        &mut self,
        viewer: AccountId,
        prefix: &UsernamePrefix,
        after: &str,
        limit: u32,
    ) -> Result<Vec<Acquaintance>, StoreError>;

    /// The account's contacts and open requests, either way, whose folded usernames come after `after` (empty: all), by
    /// folded username, at most `limit`.
    ///
    /// # Errors
    /// [`StoreError`].
    fn page(
        &mut self,
        account: AccountId,
        after: &str,
        limit: u32,
    ) -> Result<Vec<Acquaintance>, StoreError>;

    /// Whom the account blocks, in the same order and with the same bounds.
    ///
    /// # Errors
    /// [`StoreError`].
    fn page_blocked(
        &mut self,
        account: AccountId,
        after: &str,
        limit: u32,
    ) -> Result<Vec<Acquaintance>, StoreError>;

    /// The ids of the account's mutual contacts, by id, at most `limit`: whom to tell of what concerns them.
    ///
    /// # Errors
    /// [`StoreError`].
    fn list_mutual(&mut self, account: AccountId, limit: u32)
    -> Result<Vec<AccountId>, StoreError>;

    /// The mutual contacts of each of `ids` (at most 500), by that id and then by folded username, at most `limit` in all.
    /// Without those that are disabled and those that are not discoverable, unless `viewer` itself has them.
    ///
    /// # Errors
    /// [`StoreError`].
    fn list_friends(
        &mut self,
        viewer: AccountId,
        ids: &[AccountId],
        limit: u32,
    ) -> Result<Vec<(AccountId, Username)>, StoreError>;

    /// How `account` stands to `other`. Until the unit of work ends nobody else can lock either of the two, so neither
    /// their relation nor their tallies change. Accounts that do not exist stand to nobody.
    ///
    /// # Errors
    /// [`StoreError`].
    fn lock(&mut self, account: AccountId, other: AccountId) -> Result<Relation, StoreError>;

    /// Stores how `account` stands to `other`, and the same seen from the other. Both must exist, differ, and be locked.
    ///
    /// # Errors
    /// [`StoreError`].
    fn save(
        &mut self,
        account: AccountId,
        other: AccountId,
        relation: &Relation,
    ) -> Result<(), StoreError>;

    /// How many contacts, requests and blocks the account has.
    ///
    /// # Errors
    /// [`StoreError`].
    fn tally(&mut self, account: AccountId) -> Result<Tally, StoreError>;
}
}
