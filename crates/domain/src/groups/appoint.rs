//! The owner gives somebody another role.

use thiserror::Error;

use super::access::{GroupAccessError, everybody, lock};
use super::change::{NewMemberChange, record};
use super::{Groups, MemberChangeId, MemberChangeKind};
use crate::Timestamp;
use crate::accounts::{AccountId, Username};
use crate::conversations::{ConversationId, Member, Role};
use crate::ports::{StoreError, StoreExt, Tx};
use crate::sessions::Actor;

/// Asks for somebody to have another role.
#[derive(Debug, Clone)]
pub struct AppointMember {
    /// In which group.
    pub conversation: ConversationId,
    /// Who.
    pub username: Username,
    /// Which role.
    pub role: Role,
}

/// Why the roles stay as they are.
#[derive(Debug, Error)]
pub enum AppointMemberError {
    /// The caller may not.
    #[error(transparent)]
    Access(#[from] GroupAccessError),
    /// Nobody in the group has this name.
    #[error("nobody in this group has this name")]
    UnknownMember,
    /// The owner wants to be something else, and nobody would be the owner.
    #[error("a group has an owner: make somebody else the owner, and you become an admin")]
    OwnerMissing,
}

/// What is known before the group is.
struct Appointment {
    command: AppointMember,
    caller: AccountId,
    /// The ids of the change, and of the former owner's.
    changes: [MemberChangeId; 2],
    now: Timestamp,
}

impl Groups {
    /// Gives somebody another role, as the owner of the group. A new owner makes the former one an admin. Everybody in it is
    /// told. If they have the role already, nothing changes.
    ///
    /// # Errors
    /// [`AppointMemberError`]; then nothing has changed.
    pub async fn appoint(
        &self,
        actor: &Actor,
        command: AppointMember,
    ) -> Result<Member, AppointMemberError> {
        let appointment = Appointment {
            command,
            caller: actor.account(),
            changes: [self.env.new_id(), self.env.new_id()],
            now: self.env.now(),
        };
        self.env
            .store
            .write(move |tx| appoint(tx, &appointment))
            .await
    }
}

fn appoint(tx: &mut dyn Tx, appointment: &Appointment) -> Result<Member, AppointMemberError> {
    let Appointment {
        command,
        caller,
        changes: [change, former],
        now,
    } = appointment;
    let conversation = command.conversation;
    let standing = lock(tx, conversation, *caller)?;
    let target = tx.groups().find_member(conversation, &command.username)?;
    let target = target.ok_or(AppointMemberError::UnknownMember)?;
    if !standing.role.appoints() {
        return Err(GroupAccessError::InsufficientRole.into());
    }
    if target.role == command.role {
        return Ok(target);
    }
    if target.role == Role::Owner {
        return Err(AppointMemberError::OwnerMissing);
    }
    let audience = everybody(tx, conversation, *caller)?;
    let mut set = |id: MemberChangeId, account: AccountId, role: Role| {
        tx.groups().set_role(conversation, account, role)?;
        let changed = NewMemberChange {
            id,
            conversation,
            kind: MemberChangeKind::RoleChanged,
            actor: *caller,
            account,
            role,
            created_at: *now,
        };
        record(tx, &changed, &audience)
    };
    if command.role == Role::Owner {
        set(*former, *caller, Role::Admin)?;
    }
    set(*change, target.account, command.role)?;
    Ok(Member {
        role: command.role,
        ..target
    })
}

impl From<StoreError> for AppointMemberError {
    fn from(error: StoreError) -> Self {
        Self::Access(error.into())
    }
}

domain_error!(AppointMemberError {
    UnknownMember: NotFound, "unknown-member";
    OwnerMissing: Conflict, "owner-missing", "role";
} else { Access });

#[cfg(test)]
mod tests {
    use super::*;
    use crate::groups::testing::{GROUP, NOW, group, member, run_as, standing};
    use crate::inbox::EventKind;
    use crate::testing::{MockTx, account};

    fn appointment(role: Role) -> Appointment {
        Appointment {
            command: AppointMember {
                conversation: GROUP,
                username: account("bob").username,
                role,
            },
            caller: account("alice").id,
            changes: [1, 2].map(|byte| MemberChangeId::from_bytes([byte; 16])),
            now: NOW,
        }
    }

    fn tx(caller: Role, target: Role) -> MockTx {
        let mut tx = MockTx::default();
        run_as(&mut tx, standing(caller));
        tx.groups
            .expect_find_member()
            .returning(move |_, _| Ok(Some(member("bob", target))));
        tx
    }

    #[test]
    fn whoever_becomes_the_owner_makes_the_former_one_an_admin() {
        let mut tx = tx(Role::Owner, Role::Member);
        let mut order = mockall::Sequence::new();
        for (name, role) in [("alice", Role::Admin), ("bob", Role::Owner)] {
            tx.groups
                .expect_set_role()
                .withf(move |_, who, given| *who == account(name).id && *given == role)
                .once()
                .in_sequence(&mut order)
                .returning(|_, _, _| Ok(true));
        }
        tx.groups.expect_record().times(2).returning(|_| Ok(()));
        tx.inbox
            .expect_collect()
            .withf(|who, event| who == group() && event.kind == EventKind::MemberChanged)
            .times(2)
            .return_const(());
        let appointed = appoint(&mut tx, &appointment(Role::Owner)).unwrap();
        assert_eq!(appointed.role, Role::Owner);
    }

    #[test]
    fn only_the_owner_gives_roles_and_there_is_always_one() {
        for caller in [Role::Member, Role::Admin] {
            let refused = appoint(&mut tx(caller, Role::Member), &appointment(Role::Admin));
            assert!(matches!(
                refused,
                Err(AppointMemberError::Access(
                    GroupAccessError::InsufficientRole
                ))
            ));
        }
        let refused = appoint(
            &mut tx(Role::Owner, Role::Owner),
            &appointment(Role::Member),
        );
        assert!(matches!(refused, Err(AppointMemberError::OwnerMissing)));
        let same = appoint(&mut tx(Role::Owner, Role::Admin), &appointment(Role::Admin));
        assert_eq!(same.unwrap().role, Role::Admin);
    }
}
