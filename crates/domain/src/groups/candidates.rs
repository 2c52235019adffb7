//! Whom somebody may put into a group: those whom they could write to.

use std::collections::{BTreeMap, BTreeSet};

use thiserror::Error;

use crate::accounts::{AccountId, Username};
use crate::contacts::{Acquaintance, WritingRefused, is_visible};
use crate::ports::{StoreError, Tx};

/// How many names are looked up at once.
const BATCH: usize = 500;

/// Why somebody cannot be put into a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum NotAddable {
    /// Nobody has this name, or the caller may not know who.
    #[error("there is no user of this name")]
    UnknownUser,
    /// The name is the caller's own.
    #[error("you are in your group without being named: this username is your own")]
    Oneself,
    /// The name was there before.
    #[error("each member is named once: this username was there before")]
    NamedTwice,
    /// The user takes no messages from the caller, by their settings or by a block. The caller cannot tell which.
    #[error("this user takes no messages from you")]
    TakesNoMessages,
    /// The caller has blocked the user.
    #[error("you have blocked this user: lift the block first")]
    Blocked,
}

/// Why people are no candidates: which of them, counted from 0, or the store.
#[derive(Debug)]
pub(super) enum Refused {
    Name(usize, NotAddable),
    Store(StoreError),
}

impl From<StoreError> for Refused {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// The accounts of these names, in the same order, if the caller may put each of them into a group; the first one that
/// they may not decides.
pub(super) fn find_all(
    tx: &mut dyn Tx,
    caller: AccountId,
    usernames: &[Username],
) -> Result<Vec<AccountId>, Refused> {
    let mut named = BTreeSet::new();
    let mut accounts = Vec::with_capacity(usernames.len());
    for batch in usernames.chunks(BATCH) {
        let found = tx.contacts().find_by_usernames(caller, batch)?;
        let found: BTreeMap<&str, &Acquaintance> = found
            .iter()
            .map(|found| (found.username.key(), found))
            .collect();
        for username in batch {
            let index = accounts.len();
            if !named.insert(username.key()) {
                return Err(Refused::Name(index, NotAddable::NamedTwice));
            }
            let found = found.get(username.key()).copied();
            accounts.push(check(tx, caller, found, index)?);
        }
    }
    Ok(accounts)
}

/// The account of this name, if the caller may put it into a group.
pub(super) fn find(
    tx: &mut dyn Tx,
    caller: AccountId,
    username: &Username,
) -> Result<AccountId, Refused> {
    let found = tx.contacts().find_by_username(caller, username)?;
    check(tx, caller, found.as_ref(), 0)
}

fn check(
    tx: &mut dyn Tx,
    caller: AccountId,
    found: Option<&Acquaintance>,
    index: usize,
) -> Result<AccountId, Refused> {
    let refused = |reason| Refused::Name(index, reason);
    let found = found.ok_or(refused(NotAddable::UnknownUser))?;
    if found.account == caller {
        return Err(refused(NotAddable::Oneself));
    }
    if !is_visible(tx, caller, found)? {
        return Err(refused(NotAddable::UnknownUser));
    }
    let writes = found.correspondent().check();
    writes.map_err(|error| refused(error.into()))?;
    Ok(found.account)
}

impl From<WritingRefused> for NotAddable {
    fn from(refused: WritingRefused) -> Self {
        match refused {
            WritingRefused::Blocked => Self::Blocked,
            WritingRefused::TakesNone => Self::TakesNoMessages,
        }
    }
}

domain_error!(NotAddable {
    UnknownUser: Invalid, "unknown-user", "username";
    Oneself: Invalid, "conversation-with-oneself", "username";
    NamedTwice: Invalid, "named-twice", "username";
    TakesNoMessages: Forbidden, "takes-no-messages", "username";
    Blocked: Forbidden, "user-blocked", "username";
});

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Timestamp;
    use crate::accounts::MessagesFrom;
    use crate::contacts::Relation;
    use crate::testing::{MockTx, account, acquaintance};

    fn names(names: &[&str]) -> Vec<Username> {
        let parsed = names.iter().map(|name| Username::parse(name).unwrap());
        parsed.collect()
    }

    fn tx(people: Vec<Acquaintance>) -> MockTx {
        let mut tx = MockTx::default();
        tx.contacts
            .expect_find_by_usernames()
            .returning(move |_, wanted| {
                let named = |found: &&Acquaintance| wanted.contains(&found.username);
                Ok(people.iter().filter(named).cloned().collect())
            });
        tx
    }

    fn refusal(people: Vec<Acquaintance>, wanted: &[&str]) -> (usize, NotAddable) {
        let found = find_all(&mut tx(people), account("alice").id, &names(wanted));
        match found.unwrap_err() {
            Refused::Name(index, reason) => (index, reason),
            Refused::Store(error) => panic!("{error}"),
        }
    }

    #[test]
    fn everybody_is_found_in_the_order_of_their_names() {
        let people = vec![acquaintance("bob"), acquaintance("carol")];
        let found = find_all(
            &mut tx(people),
            account("alice").id,
            &names(&["Carol", "bob"]),
        );
        assert_eq!(found.unwrap(), [account("carol").id, account("bob").id]);
    }

    #[test]
    fn the_first_who_cannot_be_added_is_named() {
        let everybody = || vec![acquaintance("alice"), acquaintance("bob")];
        for (wanted, expected) in [
            (&["bob", "nobody"][..], (1, NotAddable::UnknownUser)),
            (&["ALICE"], (0, NotAddable::Oneself)),
            (&["bob", "BOB", "nobody"], (1, NotAddable::NamedTwice)),
        ] {
            assert_eq!(refusal(everybody(), wanted), expected);
        }
    }

    #[test]
    fn nobody_is_added_by_somebody_whose_messages_they_do_not_take() {
        let blocks = Relation {
            blocked_by_at: Some(Timestamp::from_seconds(1)),
            ..Relation::default()
        };
        for (messages_from, relation, expected) in [
            (
                MessagesFrom::Nobody,
                Relation::default(),
                NotAddable::TakesNoMessages,
            ),
            (
                MessagesFrom::Contacts,
                Relation::default(),
                NotAddable::TakesNoMessages,
            ),
            (MessagesFrom::Everyone, blocks, NotAddable::UnknownUser),
            (
                MessagesFrom::Everyone,
                blocks.mirrored(),
                NotAddable::Blocked,
            ),
        ] {
            let mut bob = acquaintance("bob");
            bob.settings.messages_from = messages_from;
            bob.relation = relation;
            assert_eq!(refusal(vec![bob], &["bob"]), (0, expected));
        }
    }
}
