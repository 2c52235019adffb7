//! Somebody makes somebody else their friend at once, as the dialect `social` has it.

use super::{Acquaintance, AskError, Contact, ContactState, Contacts};
use crate::accounts::{MessagesFrom, Username};
use crate::sessions::Actor;

impl Contacts {
    /// Makes the user and the caller each other's contacts at once, for the dialect `social`, whose friendships need no
    /// consent. A user who takes messages only of contacts (or of nobody) is asked instead ([`Contacts::ask`]): nobody
    /// gets past that setting by befriending. How the caller stands to the user then.
    ///
    /// # Errors
    /// [`AskError`]; then nothing has changed.
    pub async fn befriend_both(
        &self,
        actor: &Actor,
        username: Username,
    ) -> Result<Contact, AskError> {
        self.take(actor, username, befriended).await
    }
}

fn befriended(other: &Acquaintance) -> ContactState {
    let open = other.settings.messages_from == MessagesFrom::Everyone;
    match other.relation.contact {
        ContactState::None | ContactState::RequestedByMe if !open => ContactState::RequestedByMe,
        _ => ContactState::Mutual,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::acquaintance;

    #[test]
    fn nobody_gets_past_the_setting_by_befriending() {
        for (messages_from, contact, reached) in [
            (
                MessagesFrom::Everyone,
                ContactState::None,
                ContactState::Mutual,
            ),
            (
                MessagesFrom::Everyone,
                ContactState::RequestedByMe,
                ContactState::Mutual,
            ),
            (
                MessagesFrom::Contacts,
                ContactState::None,
                ContactState::RequestedByMe,
            ),
            (
                MessagesFrom::Nobody,
                ContactState::RequestedByMe,
                ContactState::RequestedByMe,
            ),
            (
                MessagesFrom::Nobody,
                ContactState::RequestedByThem,
                ContactState::Mutual,
            ),
        ] {
            let mut bob = acquaintance("bob");
            bob.settings.messages_from = messages_from;
            bob.relation.contact = contact;
            assert_eq!(befriended(&bob), reached, "{messages_from:?} {contact:?}");
        }
    }
}
