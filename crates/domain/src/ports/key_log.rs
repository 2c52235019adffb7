use thiserror::Error;

use super::{Digest, StoreError};
use crate::accounts::AccountId;
use crate::key_log::tree::NodeId;
use crate::key_log::{ChainLink, Leaf, NewLink, PendingLink, SettledLink, TreeHead};

/// The next link of an account's chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NextLink {
    /// Its number: 1 if the account has no chain.
    pub seq: u64,
    /// The account's username.
    pub username: String,
}

/// The tree as it was last signed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LogHead {
    /// How many leaves it has.
    pub size: u64,
    /// It, signed (C2SP `tlog-checkpoint`); None before the first time.
    pub checkpoint: Option<String>,
}

/// The library could not sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("signing failed")]
pub struct SigningFailed;

/// Signs the key log's trees (C2SP `signed-note` and `tlog-checkpoint`, Ed25519).
#[cfg_attr(any(test, feature = "testing"), mockall::automock)]
pub trait CheckpointSigner: Send + Sync {
    /// The log's name, which is also the name of its key: no space, no plus sign.
    fn origin(&self) -> &str;

    /// The key to verify with, as one line of text (`NAME+ID+KEY`).
    fn verifier_key(&self) -> String;

    /// A checkpoint of this tree: origin, size and root, one signature.
    ///
    /// # Errors
    /// [`SigningFailed`].
    fn sign(&self, head: &TreeHead) -> Result<String, SigningFailed>;
}

repository! {
/// The chains of all accounts, and the tree over them.
#[cfg_attr(any(test, feature = "testing"), mockall::automock)]
pub trait KeyLogRepository {
    /// What the account's next link has for a number, and its username; None if there is no such account. Until the unit ends nobody
    /// else adds to this chain or removes the account.
    ///
    /// # Errors
    /// [`StoreError`].
    fn next_link(&mut self, account: AccountId) -> Result<Option<NextLink>, StoreError>;

    /// Stores a link that has no leaf yet, and its number from [`KeyLogRepository::next_link`].
    ///
    /// # Errors
    /// [`StoreError`].
    fn append(&mut self, link: &NewLink) -> Result<(), StoreError>;

    /// Removes all links of an account and what opens their leaves. The leaves stay.
    ///
    /// # Errors
    /// [`StoreError`].
    fn erase(&mut self, account: AccountId) -> Result<(), StoreError>;

    /// Links without a leaf, at most `limit`, by their numbers and accounts: of one chain, none comes before its predecessor.
    ///
    /// # Errors
    /// [`StoreError`].
    fn list_pending(&mut self, limit: u32) -> Result<Vec<PendingLink>, StoreError>;

    /// Gives a link its leaf. False, and nothing changes, if there is no such link without one.
    ///
    /// # Errors
    /// [`StoreError`].
    fn settle(&mut self, link: &SettledLink) -> Result<bool, StoreError>;

    /// Links of the account's chain after its `after`-th (0: all of it), oldest first, at most `limit`. The `delete` of one
    /// that is gone is no part of it.
    ///
    /// # Errors
    /// [`StoreError`].
    fn chain(
        &mut self,
        account: AccountId,
        after: u64,
        limit: u32,
    ) -> Result<Vec<ChainLink>, StoreError>;

    /// The last link of the account's chain; None if it has none.
    ///
    /// # Errors
    /// [`StoreError`].
    fn find_newest(&mut self, account: AccountId) -> Result<Option<ChainLink>, StoreError>;

    /// Accounts that something has happened to the keys of and that have no link, behind `after`, by id, at most `limit`.
    ///
    /// # Errors
    /// [`StoreError`].
    fn list_without_chain(
        &mut self,
        after: Option<AccountId>,
        limit: u32,
    ) -> Result<Vec<AccountId>, StoreError>;

    /// The tree as it was last signed.
    ///
    /// # Errors
    /// [`StoreError`].
    fn head(&mut self) -> Result<LogHead, StoreError>;

    /// Puts `head` in place of the tree of size `from`. False, and nothing changes, if the tree has another size by now. Of many
    /// who try at once from the same size one wins, and the others wait until its unit has ended.
    ///
    /// # Errors
    /// [`StoreError`].
    fn advance(&mut self, from: u64, head: &LogHead) -> Result<bool, StoreError>;

    /// Stores leaves (at most 500), numbered from `from`.
    ///
    /// # Errors
    /// [`StoreError`].
    fn insert_leaves(&mut self, from: u64, leaves: &[Leaf]) -> Result<(), StoreError>;

    /// The leaves from number `from` on, with their numbers, in order, at most `limit`.
    ///
    /// # Errors
    /// [`StoreError`].
    fn leaves(&mut self, from: u64, limit: u32) -> Result<Vec<(u64, Leaf)>, StoreError>;

    /// Stores the hashes of complete subtrees (at most 1,100).
    ///
    /// # Errors
    /// [`StoreError`].
    fn insert_nodes(&mut self, nodes: &[(NodeId, Digest)]) -> Result<(), StoreError>;

    /// The hashes of those of these complete subtrees (at most 500) that there are, in no particular order.
    ///
    /// # Errors
    /// [`StoreError`].
    fn find_nodes(&mut self, ids: &[NodeId]) -> Result<Vec<(NodeId, Digest)>, StoreError>;
}
}
