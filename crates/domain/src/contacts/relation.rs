use crate::Timestamp;
use crate::accounts::MessagesFrom;

/// How far two accounts are with being contacts, seen from one of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum ContactState {
    /// Neither has asked.
    #[default]
    None,
    /// This one has asked the other.
    RequestedByMe,
    /// The other has asked this one.
    RequestedByThem,
    /// They are contacts.
    Mutual,
}

/// How one account stands to another, seen from the one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Relation {
    /// How far they are with being contacts.
    pub contact: ContactState,
    /// Since when; None with [`ContactState::None`].
    pub contact_since: Option<Timestamp>,
    /// Since when this one blocks the other, if it does.
    pub blocked_at: Option<Timestamp>,
    /// Since when the other blocks this one, if it does. Nothing may tell this one.
    pub blocked_by_at: Option<Timestamp>,
}

/// What decides whether an account may write to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Correspondent {
    /// Of whom the other takes messages.
    pub messages_from: MessagesFrom,
    /// How the writer stands to the other.
    pub relation: Relation,
}

/// Why an account may not write to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WritingRefused {
    /// The writer has blocked the other.
    Blocked,
    /// The other takes no messages from the writer: by a setting, or by a block. The writer cannot tell which.
    TakesNone,
}

/// How many of each an account has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// Contacts, and requests of its own.
    pub contacts: u32,
    /// Requests of others.
    pub requests: u32,
    /// Blocks of its own.
    pub blocks: u32,
}

impl ContactState {
    /// Every state.
    pub const ALL: [Self; 4] = [
        Self::None,
        Self::RequestedByMe,
        Self::RequestedByThem,
        Self::Mutual,
    ];

    /// The number it is stored as.
    #[must_use]
    pub const fn code(self) -> i16 {
        match self {
            Self::None => 0,
            Self::RequestedByMe => 1,
            Self::RequestedByThem => 2,
            Self::Mutual => 3,
        }
    }

    /// The state stored as this number; None if there is none.
    #[must_use]
    pub fn from_code(code: i16) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }

    /// What clients see.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::RequestedByMe => "requested_by_me",
            Self::RequestedByThem => "requested_by_them",
            Self::Mutual => "mutual",
        }
    }

    /// The same, seen from the other.
    #[must_use]
    pub const fn mirrored(self) -> Self {
        match self {
            Self::RequestedByMe => Self::RequestedByThem,
            Self::RequestedByThem => Self::RequestedByMe,
            same => same,
        }
    }
}

impl Relation {
    /// The same, seen from the other.
    #[must_use]
    pub const fn mirrored(self) -> Self {
        Self {
            contact: self.contact.mirrored(),
            contact_since: self.contact_since,
            blocked_at: self.blocked_by_at,
            blocked_by_at: self.blocked_at,
        }
    }

    /// The same with another state of being contacts, which holds from `now`.
    pub(super) fn with_contact(self, contact: ContactState, now: Timestamp) -> Self {
        Self {
            contact,
            contact_since: (contact != ContactState::None).then_some(now),
            ..self
        }
    }
}

impl Correspondent {
    /// Whether the writer may write to the other.
    ///
    /// # Errors
    /// [`WritingRefused`].
    pub const fn check(&self) -> Result<(), WritingRefused> {
        if self.relation.blocked_at.is_some() {
            return Err(WritingRefused::Blocked);
        }
        let taken = match self.messages_from {
            MessagesFrom::Everyone => true,
            MessagesFrom::Contacts => matches!(self.relation.contact, ContactState::Mutual),
            MessagesFrom::Nobody => false,
        };
        if taken && self.relation.blocked_by_at.is_none() {
            Ok(())
        } else {
            Err(WritingRefused::TakesNone)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1);

    fn refusal(messages_from: MessagesFrom, relation: Relation) -> Option<WritingRefused> {
        let correspondent = Correspondent {
            messages_from,
            relation,
        };
        correspondent.check().err()
    }

    #[test]
    fn codes_lead_back_and_mirrors_undo_themselves() {
        for state in ContactState::ALL {
            assert_eq!(ContactState::from_code(state.code()), Some(state));
            assert_eq!(state.mirrored().mirrored(), state);
        }
        assert_eq!(ContactState::from_code(4), None);
        let relation = Relation {
            blocked_at: Some(NOW),
            ..Relation::default()
        };
        assert_eq!(relation.mirrored().blocked_by_at, Some(NOW));
        assert_eq!(relation.mirrored().mirrored(), relation);
    }

    #[test]
    fn who_takes_messages_of_contacts_takes_none_of_those_who_only_asked() {
        for (contact, refused) in [
            (ContactState::None, Some(WritingRefused::TakesNone)),
            (ContactState::RequestedByMe, Some(WritingRefused::TakesNone)),
            (
                ContactState::RequestedByThem,
                Some(WritingRefused::TakesNone),
            ),
            (ContactState::Mutual, None),
        ] {
            let relation = Relation::default().with_contact(contact, NOW);
            assert_eq!(refusal(MessagesFrom::Contacts, relation), refused);
            assert_eq!(refusal(MessagesFrom::Everyone, relation), None);
            assert_eq!(
                refusal(MessagesFrom::Nobody, relation),
                Some(WritingRefused::TakesNone)
            );
        }
    }

    #[test]
    fn a_block_looks_like_the_setting_to_the_blocked_one() {
        let blocked = Relation {
            blocked_by_at: Some(NOW),
            ..Relation::default()
        };
        for choice in MessagesFrom::ALL {
            assert_eq!(refusal(choice, blocked), Some(WritingRefused::TakesNone));
            assert_eq!(
                refusal(choice, blocked.mirrored()),
                Some(WritingRefused::Blocked)
            );
        }
    }
}
