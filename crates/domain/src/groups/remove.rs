//! Somebody leaves a group, or is removed from it.

use thiserror::Error;

use super::access::{GroupAccessError, everybody, lock};
use super::change::{NewMemberChange, record};
use super::{Groups, MemberChangeId, MemberChangeKind};
use crate::Timestamp;
use crate::accounts::{AccountId, Username};
use crate::conversations::{ConversationId, Role};
use crate::ports::{StoreError, StoreExt, Tx};
use crate::sessions::Actor;

/// Why nobody is removed.
#[derive(Debug, Error)]
pub enum RemoveMemberError {
    /// The caller may not.
    #[error(transparent)]
    Access(#[from] GroupAccessError),
    /// Nobody in the group has this name.
    #[error("nobody in this group has this name")]
    UnknownMember,
}

/// That somebody is no longer in a group.
pub(super) struct Removal {
    pub(super) conversation: ConversationId,
    /// Who did it.
    pub(super) actor: AccountId,
    /// Who goes; may be the same.
    pub(super) account: AccountId,
    /// What they were.
    pub(super) role: Role,
    pub(super) now: Timestamp,
}

impl Groups {
    /// Takes somebody out of a group: the owner anybody else, an admin any plain member, and everybody themselves. They and
    /// those who stay are told; from then on they read nothing of it but what stands in their own log. If the owner leaves,
    /// the admin who has been in it longest becomes the owner, or the member; with the last one the group ends.
    ///
    /// # Errors
    /// [`RemoveMemberError`]; then nobody was removed.
    pub async fn remove(
        &self,
        actor: &Actor,
        conversation: ConversationId,
        username: Username,
    ) -> Result<(), RemoveMemberError> {
        let (caller, now, env) = (actor.account(), self.env.now(), self.env.clone());
        self.env
            .store
            .write(move |tx| {
                let new_id = || env.new_id();
                remove(tx, (conversation, caller), &username, &new_id, now)
            })
            .await
    }
}

fn remove(
    tx: &mut dyn Tx,
    (conversation, caller): (ConversationId, AccountId),
    username: &Username,
    new_id: &dyn Fn() -> MemberChangeId,
    now: Timestamp,
) -> Result<(), RemoveMemberError> {
    let standing = lock(tx, conversation, caller)?;
    let target = tx.groups().find_member(conversation, username)?;
    let target = target.ok_or(RemoveMemberError::UnknownMember)?;
    if target.account != caller && !standing.role.may_remove(target.role) {
        return Err(GroupAccessError::InsufficientRole.into());
    }
    let removal = Removal {
        conversation,
        actor: caller,
        account: target.account,
        role: target.role,
        now,
    };
    Ok(take_out(tx, &removal, new_id)?)
}

/// Takes a member out of a group that is locked, and tells everybody who was in it.
pub(super) fn take_out(
    tx: &mut dyn Tx,
    removal: &Removal,
    new_id: &dyn Fn() -> MemberChangeId,
) -> Result<(), StoreError> {
    let mut audience = everybody(tx, removal.conversation, removal.account)?;
    tx.groups()
        .remove_member(removal.conversation, removal.account)?;
    let removed = NewMemberChange {
        id: new_id(),
        conversation: removal.conversation,
        kind: MemberChangeKind::Removed,
        actor: removal.actor,
        account: removal.account,
        role: removal.role,
        created_at: removal.now,
    };
    record(tx, &removed, &audience)?;
    audience.retain(|account| *account != removal.account);
    if audience.is_empty() {
        return tx.groups().delete(removal.conversation);
    }
    if removal.role == Role::Owner
        && let Some(successor) = tx.groups().find_successor(removal.conversation)?
    {
        tx.groups()
            .set_role(removal.conversation, successor, Role::Owner)?;
        let promoted = NewMemberChange {
            id: new_id(),
            kind: MemberChangeKind::RoleChanged,
            account: successor,
            role: Role::Owner,
            ..removed
        };
        record(tx, &promoted, &audience)?;
    }
    Ok(())
}

impl From<StoreError> for RemoveMemberError {
    fn from(error: StoreError) -> Self {
        Self::Access(error.into())
    }
}

domain_error!(RemoveMemberError {
    UnknownMember: NotFound, "unknown-member";
} else { Access });

#[cfg(test)]
mod tests {
    use super::*;
    use crate::groups::testing::{GROUP, NOW, group, member, run_as, standing};
    use crate::inbox::EventKind;
    use crate::testing::{MockTx, account};

    /// What becomes of `target`, who has this role, when `alice` of that role removes them.
    fn run(
        caller: Role,
        target: (&'static str, Role),
        tx: &mut MockTx,
    ) -> Result<(), RemoveMemberError> {
        run_as(tx, standing(caller));
        let (name, role) = target;
        tx.groups
            .expect_find_member()
            .returning(move |_, _| Ok(Some(member(name, role))));
        let alice = account("alice").id;
        remove(tx, (GROUP, alice), &account(name).username, &new_id, NOW)
    }

    fn new_id() -> MemberChangeId {
        MemberChangeId::from_bytes([1; 16])
    }

    fn told(tx: &mut MockTx, kind: EventKind, audience: Vec<AccountId>) {
        tx.inbox
            .expect_collect()
            .withf(move |who, event| event.kind == kind && who == audience)
            .once()
            .return_const(());
    }

    #[test]
    fn roles_decide_who_removes_whom() {
        for caller in Role::ALL {
            for role in Role::ALL {
                let mut tx = MockTx::default();
                if caller.may_remove(role) {
                    tx.groups
                        .expect_remove_member()
                        .once()
                        .returning(|_, _| Ok(true));
                    tx.groups.expect_record().once().returning(|_| Ok(()));
                    told(&mut tx, EventKind::MemberRemoved, group());
                    run(caller, ("bob", role), &mut tx).unwrap();
                } else {
                    let refused = run(caller, ("bob", role), &mut tx);
                    assert!(matches!(
                        refused,
                        Err(RemoveMemberError::Access(
                            GroupAccessError::InsufficientRole
                        ))
                    ));
                }
            }
        }
    }

    #[test]
    fn an_owner_who_leaves_hands_over_to_the_successor() {
        let mut tx = MockTx::default();
        tx.groups
            .expect_remove_member()
            .once()
            .returning(|_, _| Ok(true));
        tx.groups
            .expect_find_successor()
            .returning(|_| Ok(Some(account("carol").id)));
        tx.groups
            .expect_set_role()
            .withf(|_, who, role| *who == account("carol").id && *role == Role::Owner)
            .once()
            .returning(|_, _, _| Ok(true));
        tx.groups.expect_record().times(2).returning(|_| Ok(()));
        told(&mut tx, EventKind::MemberRemoved, group());
        let mut staying = group();
        staying.retain(|who| *who != account("alice").id);
        told(&mut tx, EventKind::MemberChanged, staying);
        run(Role::Owner, ("alice", Role::Owner), &mut tx).unwrap();
    }

    #[test]
    fn the_last_one_ends_the_group() {
        let mut tx = MockTx::default();
        let alice = account("alice").id;
        tx.conversations
            .expect_find_membership()
            .returning(move |_, _| Ok(Some(crate::groups::testing::membership(vec![alice]))));
        tx.groups
            .expect_remove_member()
            .once()
            .returning(|_, _| Ok(true));
        tx.groups.expect_record().once().returning(|_| Ok(()));
        told(&mut tx, EventKind::MemberRemoved, vec![alice]);
        tx.groups.expect_delete().once().returning(|_| Ok(()));
        let mut alone = standing(Role::Owner);
        alone.member_count = 1;
        tx.conversations
            .expect_lock_standing()
            .returning(move |_, _| Ok(Some(alone.clone())));
        tx.groups
            .expect_find_member()
            .returning(|_, _| Ok(Some(member("alice", Role::Owner))));
        let username = account("alice").username;
        remove(&mut tx, (GROUP, alice), &username, &new_id, NOW).unwrap();
    }
}
