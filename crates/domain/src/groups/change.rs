use crate::Timestamp;
use crate::accounts::{AccountId, Username};
use crate::conversations::{ConversationId, Role};
use crate::inbox::{EventKind, NewEvent};
use crate::ports::{StoreError, Tx};

define_id! {
    /// Names a change of a group's members.
    MemberChangeId
}

/// What happened to a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MemberChangeKind {
    /// They came.
    Added,
    /// They left or were removed.
    Removed,
    /// They have another role.
    RoleChanged,
}

impl MemberChangeKind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Added, Self::Removed, Self::RoleChanged];

    /// The number it is stored as.
    #[must_use]
    pub const fn code(self) -> i16 {
        match self {
            Self::Added => 1,
            Self::Removed => 2,
            Self::RoleChanged => 3,
        }
    }

    /// The kind stored as this number; None if there is none.
    #[must_use]
    pub fn from_code(code: i16) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }

    const fn event(self) -> EventKind {
        match self {
            Self::Added => EventKind::MemberAdded,
            Self::Removed => EventKind::MemberRemoved,
            Self::RoleChanged => EventKind::MemberChanged,
        }
    }
}

/// A change to be noted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewMemberChange {
    /// Its id.
    pub id: MemberChangeId,
    /// In which group.
    pub conversation: ConversationId,
    /// What happened.
    pub kind: MemberChangeKind,
    /// Who did it; who leaves, themselves.
    pub actor: AccountId,
    /// To whom.
    pub account: AccountId,
    /// The role they have from now on; who is removed, the one they had.
    pub role: Role,
    /// When.
    pub created_at: Timestamp,
}

/// An account that may be gone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedAccount {
    /// Which.
    pub id: AccountId,
    /// Its name now; None if it has left for good.
    pub username: Option<Username>,
}

/// A change as it was noted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberChange {
    /// Its id.
    pub id: MemberChangeId,
    /// In which group.
    pub conversation: ConversationId,
    /// What happened.
    pub kind: MemberChangeKind,
    /// Who did it; who left, themselves.
    pub actor: NamedAccount,
    /// To whom.
    pub account: NamedAccount,
    /// The role they had from then on; of who was removed, the one they had before.
    pub role: Role,
    /// When.
    pub created_at: Timestamp,
}

/// Notes a change and tells `audience` of it.
pub(super) fn record(
    tx: &mut dyn Tx,
    change: &NewMemberChange,
    audience: &[AccountId],
) -> Result<(), StoreError> {
    tx.groups().record(change)?;
    let event = NewEvent {
        kind: change.kind.event(),
        subject: *change.id.as_bytes(),
        created_at: change.created_at,
    };
    tx.inbox().collect(audience, event);
    Ok(())
}

/// Tells `audience` of the conversation itself.
pub(super) fn tell(
    tx: &mut dyn Tx,
    kind: EventKind,
    conversation: ConversationId,
    audience: &[AccountId],
    now: Timestamp,
) {
    let event = NewEvent {
        kind,
        subject: *conversation.as_bytes(),
        created_at: now,
    };
    tx.inbox().collect(audience, event);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_lead_back() {
        for kind in MemberChangeKind::ALL {
            assert_eq!(MemberChangeKind::from_code(kind.code()), Some(kind));
        }
        assert_eq!(MemberChangeKind::from_code(0), None);
    }
}
