//! Somebody is put into a group.

use thiserror::Error;

use super::access::{GroupAccessError, everybody, lock};
use super::candidates::{self, Refused};
use super::change::{NewMemberChange, record, tell};
use super::{Groups, MemberChangeId, MemberChangeKind, NotAddable};
use crate::Timestamp;
use crate::accounts::{AccountId, Username};
use crate::conversations::{ConversationId, Member, Role};
use crate::inbox::EventKind;
use crate::ports::{NewMember, StoreError, StoreExt, Tx};
use crate::sessions::Actor;

/// Asks for somebody to be put into a group.
#[derive(Debug, Clone)]
pub struct AddMember {
    /// Into which.
    pub conversation: ConversationId,
    /// Whom.
    pub username: Username,
}

/// Somebody who is in the group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddedMember {
    /// Who.
    pub member: Member,
    /// False if they were there already; then nothing has changed.
    pub added: bool,
}

/// Why nobody is added.
#[derive(Debug, Error)]
pub enum AddMemberError {
    /// The caller may not.
    #[error(transparent)]
    Access(#[from] GroupAccessError),
    /// This user cannot be added by the caller.
    #[error(transparent)]
    NotAddable(NotAddable),
    /// There are [`Groups::MAX_MEMBERS`].
    #[error("this group is full: a group has at most 1000 members")]
    Full,
}

/// What is known before the group is.
struct Addition {
    command: AddMember,
    caller: AccountId,
    change: MemberChangeId,
    now: Timestamp,
}

impl Groups {
    /// Puts somebody into a group, as owner or admin of it. They read what is said from now on, and what was said before if the
    /// group shows it. Everybody in it is told, and so are they.
    ///
    /// # Errors
    /// [`AddMemberError`]; then nobody was added.
    pub async fn add(
        &self,
        actor: &Actor,
        command: AddMember,
    ) -> Result<AddedMember, AddMemberError> {
        let addition = Addition {
            command,
            caller: actor.account(),
            change: self.env.new_id(),
            now: self.env.now(),
        };
        self.env.store.write(move |tx| add(tx, &addition)).await
    }
}

fn add(tx: &mut dyn Tx, addition: &Addition) -> Result<AddedMember, AddMemberError> {
    let Addition {
        command: AddMember {
            conversation,
            username,
        },
        caller,
        change,
        now,
    } = addition;
    let standing = lock(tx, *conversation, *caller)?;
    if !standing.role.manages() {
        return Err(GroupAccessError::InsufficientRole.into());
    }
    if let Some(member) = tx.groups().find_member(*conversation, username)? {
        return Ok(AddedMember {
            member,
            added: false,
        });
    }
    let account = candidates::find(tx, *caller, username)?;
    if standing.member_count >= Groups::MAX_MEMBERS {
        return Err(AddMemberError::Full);
    }
    let first_seq = if standing.shows_history {
        1
    } else {
        standing.last_seq + 1
    };
    let new = NewMember {
        account,
        first_seq,
        joined_at: *now,
    };
    tx.groups().insert_member(*conversation, &new)?;
    tell(
        tx,
        EventKind::ConversationCreated,
        *conversation,
        &[account],
        *now,
    );
    let audience = everybody(tx, *conversation, *caller)?;
    let added = NewMemberChange {
        id: *change,
        conversation: *conversation,
        kind: MemberChangeKind::Added,
        actor: *caller,
        account,
        role: Role::Member,
        created_at: *now,
    };
    record(tx, &added, &audience)?;
    let member = tx.groups().find_member(*conversation, username)?;
    Ok(AddedMember {
        member: member.ok_or(AddMemberError::NotAddable(NotAddable::UnknownUser))?,
        added: true,
    })
}

impl From<Refused> for AddMemberError {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Name(_, reason) => Self::NotAddable(reason),
            Refused::Store(error) => error.into(),
        }
    }
}

impl From<StoreError> for AddMemberError {
    fn from(error: StoreError) -> Self {
        Self::Access(error.into())
    }
}

domain_error!(AddMemberError {
    Full: Conflict, "conversation-full";
} else { Access, NotAddable });

#[cfg(test)]
mod tests {
    use mockall::Sequence;

    use super::*;
    use crate::groups::testing::{GROUP, NOW, group, member, run_as, standing};
    use crate::testing::{MockTx, account, acquaintance};

    fn addition(caller: &str) -> Addition {
        Addition {
            command: AddMember {
                conversation: GROUP,
                username: account("dave").username,
            },
            caller: account(caller).id,
            change: MemberChangeId::from_bytes([8; 16]),
            now: NOW,
        }
    }

    fn stranger(tx: &mut MockTx) {
        tx.contacts
            .expect_find_by_username()
            .returning(|_, _| Ok(Some(acquaintance("dave"))));
    }

    fn first_seq_of_dave(shows_history: bool) -> u64 {
        let mut tx = MockTx::default();
        let (mut order, mut found) = (Sequence::new(), 0);
        let mut stands = standing(Role::Admin);
        (stands.shows_history, stands.last_seq) = (shows_history, 7);
        run_as(&mut tx, stands);
        stranger(&mut tx);
        tx.groups
            .expect_find_member()
            .times(2)
            .returning(move |_, _| {
                found += 1;
                Ok((found > 1).then(|| member("dave", Role::Member)))
            });
        let (sender, first) = std::sync::mpsc::channel();
        tx.groups
            .expect_insert_member()
            .once()
            .in_sequence(&mut order)
            .returning(move |_, new| {
                sender.send(new.first_seq).unwrap();
                Ok(true)
            });
        tx.inbox
            .expect_collect()
            .withf(|who, event| {
                who == [account("dave").id] && event.kind == EventKind::ConversationCreated
            })
            .once()
            .in_sequence(&mut order)
            .return_const(());
        tx.groups
            .expect_record()
            .withf(|change| {
                change.account == account("dave").id && change.actor == account("alice").id
            })
            .once()
            .returning(|_| Ok(()));
        tx.inbox
            .expect_collect()
            .withf(|who, event| who == group() && event.kind == EventKind::MemberAdded)
            .once()
            .in_sequence(&mut order)
            .return_const(());
        let added = add(&mut tx, &addition("alice")).unwrap();
        assert!(added.added);
        first.recv().unwrap()
    }

    #[test]
    fn who_joins_sees_what_the_group_shows() {
        assert_eq!(first_seq_of_dave(true), 1);
        assert_eq!(first_seq_of_dave(false), 8);
    }

    #[test]
    fn who_is_there_is_not_added_again() {
        let mut tx = MockTx::default();
        run_as(&mut tx, standing(Role::Owner));
        tx.groups
            .expect_find_member()
            .returning(|_, _| Ok(Some(member("dave", Role::Admin))));
        let found = add(&mut tx, &addition("alice")).unwrap();
        assert_eq!((found.added, found.member.role), (false, Role::Admin));
    }

    #[test]
    fn a_member_adds_nobody_and_a_full_group_takes_nobody() {
        let mut tx = MockTx::default();
        run_as(&mut tx, standing(Role::Member));
        assert!(matches!(
            add(&mut tx, &addition("alice")),
            Err(AddMemberError::Access(GroupAccessError::InsufficientRole))
        ));
        let mut tx = MockTx::default();
        let mut full = standing(Role::Owner);
        full.member_count = Groups::MAX_MEMBERS;
        run_as(&mut tx, full);
        tx.groups.expect_find_member().returning(|_, _| Ok(None));
        stranger(&mut tx);
        assert!(matches!(
            add(&mut tx, &addition("alice")),
            Err(AddMemberError::Full)
        ));
    }
}
