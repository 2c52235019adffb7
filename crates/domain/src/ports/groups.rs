use super::StoreError;
use crate::Timestamp;
use crate::accounts::{AccountId, Username};
use crate::conversations::{ConversationId, Member, MemberPlace, Role};
use crate::groups::{MemberChange, MemberChangeId, NewMemberChange};

/// A group to be stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewGroup {
    /// Its id.
    pub id: ConversationId,
    /// Its random key, sealed under the master key.
    pub sealed_key: Vec<u8>,
    /// Its title, sealed under that key.
    pub sealed_title: Option<Vec<u8>>,
    /// Whether somebody who is added sees what was said before.
    pub shows_history: bool,
    /// Whose it is.
    pub owner: AccountId,
    /// Who else is in it from the beginning, each once, without the owner.
    pub others: Vec<AccountId>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// Somebody who comes into a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewMember {
    /// Who.
    pub account: AccountId,
    /// The number of the first message that they may read.
    pub first_seq: u64,
    /// When they come.
    pub joined_at: Timestamp,
}

/// What may be different about a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupSettings {
    /// Its title, sealed under its key.
    pub sealed_title: Option<Vec<u8>>,
    /// Whether somebody who is added sees what was said before.
    pub shows_history: bool,
}

repository! {
/// Groups: conversations whose members come and go. Whether somebody may do so is settled before, under the lock of
/// [`super::ConversationRepository::lock_standing`] in the same unit of work; the counts of members are kept exact under that
/// lock.
#[cfg_attr(any(test, feature = "testing"), mockall::automock)]
pub trait GroupRepository {
    /// Stores a group with its owner and its other members, who may all read it from its first message on.
    ///
    /// # Errors
    /// [`StoreError`].
    fn insert(&mut self, new: &NewGroup) -> Result<(), StoreError>;

    /// The member of this name, compared folded; None if nobody in the conversation has it.
    ///
    /// # Errors
    /// [`StoreError`].
    fn find_member(
        &mut self,
        conversation: ConversationId,
        username: &Username,
    ) -> Result<Option<Member>, StoreError>;

    /// The conversation's members after `after` (from the first, if None), in the order of their places, at most `limit`.
    ///
    /// # Errors
    /// [`StoreError`].
    fn page_members(
        &mut self,
        conversation: ConversationId,
        after: Option<MemberPlace>,
        limit: u32,
    ) -> Result<Vec<Member>, StoreError>;

    /// Adds somebody, as [`Role::Member`]; false if they are in it already, and then nothing changes.
    ///
    /// # Errors
    /// [`StoreError`].
    fn insert_member(
        &mut self,
        conversation: ConversationId,
        new: &NewMember,
    ) -> Result<bool, StoreError>;

    /// Takes somebody out; false if they are not in it.
    ///
    /// # Errors
    /// [`StoreError`].
    fn remove_member(
        &mut self,
        conversation: ConversationId,
        account: AccountId,
    ) -> Result<bool, StoreError>;

    /// Gives a member another role; false if they are not in it. A group has at most one owner at any moment: whoever hands
    /// it over loses it first.
    ///
    /// # Errors
    /// [`StoreError`].
    fn set_role(
        &mut self,
        conversation: ConversationId,
        account: AccountId,
        role: Role,
    ) -> Result<bool, StoreError>;

    /// Who is to own a group that has no owner: the admin who has been in it longest, or if there is none, the member; None
    /// if nobody is in it.
    ///
    /// # Errors
    /// [`StoreError`].
    fn find_successor(
        &mut self,
        conversation: ConversationId,
    ) -> Result<Option<AccountId>, StoreError>;

    /// Sets title and history if the group's version is still `version`, which rises by one; false if it is another.
    ///
    /// # Errors
    /// [`StoreError`].
    fn replace_settings(
        &mut self,
        conversation: ConversationId,
        version: u64,
        settings: &GroupSettings,
    ) -> Result<bool, StoreError>;

    /// Deletes a group with its key, its messages and the record of its members.
    ///
    /// # Errors
    /// [`StoreError`].
    fn delete(&mut self, conversation: ConversationId) -> Result<(), StoreError>;

    /// Notes who came, left, or has another role.
    ///
    /// # Errors
    /// [`StoreError`].
    fn record(&mut self, change: &NewMemberChange) -> Result<(), StoreError>;

    /// Those of `ids` (at most 500) that are there, in no particular order.
    ///
    /// # Errors
    /// [`StoreError`].
    fn find_changes(&mut self, ids: &[MemberChangeId]) -> Result<Vec<MemberChange>, StoreError>;
}
}
