use std::sync::Arc;

use super::StoreError;
use crate::Timestamp;
use crate::accounts::{AccountId, Username};
use crate::conversations::{
    Activity, ConversationId, ConversationKind, ConversationOverview, Markers, Membership,
    MovedMarkers, NewConversation, Standing,
};
use crate::messages::Lifetime;

/// A conversation as it rests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredConversation {
    /// What its members see; without its title.
    pub overview: ConversationOverview,
    /// Its random key, sealed under the master key.
    pub sealed_key: Vec<u8>,
    /// Its title, sealed under that key.
    pub sealed_title: Option<Vec<u8>>,
}

/// How far a member is in a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Which conversation.
    pub conversation: ConversationId,
    /// The number of the first message that the member may read.
    pub first_seq: u64,
    /// The member's markers.
    pub markers: Markers,
    /// How many messages of others come after what the member has read.
    pub unread: u64,
}

/// The markers of a member, and what decides who sees them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredReceipts {
    /// Whose.
    pub account: AccountId,
    /// By which name.
    pub username: Username,
    /// Where they stand.
    pub markers: Markers,
    /// Whether the member sends receipts.
    pub sends: bool,
    /// Whether the viewer and the member have anything to do with each other: neither blocks the other.
    pub unblocked: bool,
}

repository! {
/// Conversations and who is in them. Every look-up names the account that looks: who is not in a conversation is
/// answered as if there were none.
#[cfg_attr(any(test, feature = "testing"), mockall::automock)]
pub trait ConversationRepository {
    /// The id of the pair's conversation; stores `new` if there is none. Of two callers at once, both get the same id.
    ///
    /// # Errors
    /// [`StoreError`].
    fn find_or_insert_pair(&mut self, new: &NewConversation) -> Result<ConversationId, StoreError>;

    /// How a member stands in the conversation, in one row however many are in it; None if `account` is not.
    ///
    /// # Errors
    /// [`StoreError`].
    fn find_standing(
        &mut self,
        id: ConversationId,
        account: AccountId,
    ) -> Result<Option<Standing>, StoreError>;

    /// The same, with the conversation locked until the unit of work ends: nobody comes, leaves, writes or changes it
    /// meanwhile. A conversation that `account` is not in is not locked. In a unit that writes.
    ///
    /// # Errors
    /// [`StoreError`].
    fn lock_standing(
        &mut self,
        id: ConversationId,
        account: AccountId,
    ) -> Result<Option<Standing>, StoreError>;

    /// What writing needs: everybody in the conversation and, of a pair, how the other takes messages; None if `account` is
    /// not in it.
    ///
    /// # Errors
    /// [`StoreError`].
    fn find_membership(
        &mut self,
        id: ConversationId,
        account: AccountId,
    ) -> Result<Option<Membership>, StoreError>;

    /// The same under the lock of [`ConversationRepository::lock_standing`]: those whom it names are in the conversation
    /// when the unit of work ends.
    ///
    /// # Errors
    /// [`StoreError`].
    fn lock_membership(
        &mut self,
        id: ConversationId,
        account: AccountId,
    ) -> Result<Option<Arc<Membership>>, StoreError>;

    /// Whether the two have a conversation of their own.
    ///
    /// # Errors
    /// [`StoreError`].
    fn has_pair(&mut self, one: AccountId, other: AccountId) -> Result<bool, StoreError>;

    /// Whether there is a group that both are in.
    ///
    /// # Errors
    /// [`StoreError`].
    fn share_group(&mut self, one: AccountId, other: AccountId) -> Result<bool, StoreError>;

    /// Those of `ids` (at most 500) that `account` is in, newest first, each once.
    ///
    /// # Errors
    /// [`StoreError`].
    fn find_many(
        &mut self,
        account: AccountId,
        ids: &[ConversationId],
    ) -> Result<Vec<StoredConversation>, StoreError>;

    /// Where the account's conversations last were active, below `before` (all, if None), latest first, at most `limit`: when
    /// the last message came, or when a conversation without one was started; of the same moment the higher id first.
    ///
    /// # Errors
    /// [`StoreError`].
    fn page_by_activity(
        &mut self,
        account: AccountId,
        before: Option<Activity>,
        limit: u32,
    ) -> Result<Vec<Activity>, StoreError>;

    /// How far the account is in those of `ids` (at most 500) that it is in, in no particular order: its markers, and how many
    /// messages of others that it may read there are after the one it has read, that were neither deleted nor over at `now`. Those are
    /// counted among the last [`MAX_UNREAD`] messages of the conversation.
    ///
    /// [`MAX_UNREAD`]: crate::conversations::Conversations::MAX_UNREAD
    ///
    /// # Errors
    /// [`StoreError`].
    fn find_progress(
        &mut self,
        account: AccountId,
        ids: &[ConversationId],
        now: Timestamp,
    ) -> Result<Vec<Progress>, StoreError>;

    /// Moves the markers of a member forward, never back and never past the last message, and returns where they stood and
    /// stand. What has been read has been delivered. None if `account` is not in the conversation.
    ///
    /// # Errors
    /// [`StoreError`].
    fn move_markers(
        &mut self,
        id: ConversationId,
        account: AccountId,
        to: Markers,
    ) -> Result<Option<MovedMarkers>, StoreError>;

    /// The markers of a conversation's members with ids above `after` (all, if None), by id, at most `limit`, and what decides
    /// whether `viewer` sees them. Whether the viewer may ask is settled before.
    ///
    /// # Errors
    /// [`StoreError`].
    fn page_receipts(
        &mut self,
        id: ConversationId,
        viewer: AccountId,
        after: Option<AccountId>,
        limit: u32,
    ) -> Result<Vec<StoredReceipts>, StoreError>;

    /// Says how long messages stay that are sent from now on; None for ever. The version rises. False, and nothing changes, if it
    /// is so already.
    ///
    /// # Errors
    /// [`StoreError`].
    fn replace_lifetime(
        &mut self,
        id: ConversationId,
        lifetime: Option<Lifetime>,
    ) -> Result<bool, StoreError>;

    /// The ids of the account's conversations of this kind (of every kind, if None) below `before` (all, if None), newest
    /// first, at most `limit`.
    ///
    /// # Errors
    /// [`StoreError`].
    fn page(
        &mut self,
        account: AccountId,
        kind: Option<ConversationKind>,
        before: Option<ConversationId>,
        limit: u32,
    ) -> Result<Vec<ConversationId>, StoreError>;

    /// Everybody who shares a conversation with `account`, each once, at most `limit`, without those of whom one blocks the
    /// other: first, by id, those of pairs, then, by id, those who only share a group.
    ///
    /// # Errors
    /// [`StoreError`].
    fn list_partners(
        &mut self,
        account: AccountId,
        limit: u32,
    ) -> Result<Vec<AccountId>, StoreError>;

    /// Deletes every pair's conversation that `account` is in, for both, with its key and its messages; says how many there
    /// were. Groups stay.
    ///
    /// # Errors
    /// [`StoreError`].
    fn delete_pairs(&mut self, account: AccountId) -> Result<u64, StoreError>;
}
}
