//! Reads people, many at once.

use std::collections::{BTreeMap, BTreeSet};

use super::{Person, Profiles};
use crate::Timestamp;
use crate::accounts::{AccountId, Username};
use crate::avatars::Avatar;
use crate::contacts::Acquaintance;
use crate::ports::{StoreError, Tx};
use crate::presence::Presence;

/// Those of `ids` (at most [`Profiles::MAX_LISTED`]) who exist, in the order of `ids`, as `viewer` sees them. Whether the
/// viewer may know of them is settled before. The second value says whether all their friends are named.
pub(crate) fn load(
    tx: &mut dyn Tx,
    presence: &Presence,
    viewer: AccountId,
    ids: &[AccountId],
    now: Timestamp,
) -> Result<(Vec<Person>, bool), StoreError> {
    let found = tx.contacts().find_many(viewer, ids)?;
    let accounts = tx.accounts().find_many(ids)?;
    let pictures: BTreeMap<AccountId, Avatar> = accounts
        .into_iter()
        .map(|account| (account.id, account.avatar))
        .collect();
    let there: BTreeSet<AccountId> = tx.presence().list_online(ids, now)?.into_iter().collect();
    let named = tx
        .contacts()
        .list_friends(viewer, ids, Profiles::MAX_FRIENDS)?;
    let complete = u32::try_from(named.len()).is_ok_and(|named| named < Profiles::MAX_FRIENDS);
    let mut friends: BTreeMap<AccountId, Vec<Username>> = BTreeMap::new();
    for (whose, friend) in named {
        friends.entry(whose).or_default().push(friend);
    }
    let mut people: BTreeMap<AccountId, Person> = BTreeMap::new();
    for found in found {
        let person = Person {
            account: found.account,
            online: shows(viewer, &found)
                && (there.contains(&found.account) || presence.is_due(found.account)),
            avatar: pictures.get(&found.account).copied().unwrap_or_default(),
            friends: friends.remove(&found.account).unwrap_or_default(),
            username: found.username,
        };
        people.insert(person.account, person);
    }
    let people = ids.iter().filter_map(|id| people.get(id).cloned());
    Ok((people.collect(), complete))
}

/// Whether somebody is there, as far as `viewer` gets to see it.
pub(crate) fn is_there(
    tx: &mut dyn Tx,
    presence: &Presence,
    viewer: AccountId,
    found: &Acquaintance,
    now: Timestamp,
) -> Result<bool, StoreError> {
    if !shows(viewer, found) {
        return Ok(false);
    }
    let is_due = presence.is_due(found.account);
    Ok(is_due || !tx.presence().list_online(&[found.account], now)?.is_empty())
}

fn shows(viewer: AccountId, found: &Acquaintance) -> bool {
    found.account == viewer || found.settings.show_presence
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::Environment;
    use crate::accounts::Settings;
    use crate::ports::MockTokenSigner;
    use crate::sessions::{SessionPorts, Sessions};
    use crate::testing::{
        CountingEntropy, FixedClock, MockTx, NoStore, ToyDigester, account, acquaintance,
    };

    const NOW: Timestamp = Timestamp::from_seconds(1_000);

    fn presence() -> Presence {
        let env = Environment {
            store: Arc::new(NoStore),
            clock: Arc::new(FixedClock::at(NOW)),
            entropy: Arc::new(CountingEntropy::default()),
        };
        let ports = SessionPorts {
            signer: Arc::new(MockTokenSigner::new()),
            digester: Arc::new(ToyDigester),
        };
        Presence::new(env.clone(), Sessions::new(env, ports, "https://us"))
    }

    #[test]
    fn strangers_see_who_is_there_unless_it_is_hidden_and_everybody_sees_themselves() {
        let (alice, bob, carol) = (account("alice").id, account("bob").id, account("carol").id);
        let hidden = Settings {
            show_presence: false,
            ..Settings::default()
        };
        let mut tx = MockTx::default();
        tx.contacts.expect_find_many().returning(move |_, _| {
            let hides = |name| Acquaintance {
                settings: hidden,
                ..acquaintance(name)
            };
            Ok(vec![acquaintance("bob"), hides("alice"), hides("carol")])
        });
        tx.accounts
            .expect_find_many()
            .returning(|_| Ok(vec![account("bob")]));
        tx.presence
            .expect_list_online()
            .returning(|ids, _| Ok(ids.to_vec()));
        tx.contacts
            .expect_list_friends()
            .returning(move |_, _, _| Ok(vec![(bob, account("carol").username)]));
        let ids = [carol, bob, alice];
        let (people, complete) = load(&mut tx, &presence(), alice, &ids, NOW).unwrap();
        let seen: Vec<_> = people
            .iter()
            .map(|person| {
                (
                    person.username.as_str(),
                    person.online,
                    person.friends.len(),
                )
            })
            .collect();
        assert_eq!(
            seen,
            [("carol", false, 0), ("bob", true, 1), ("alice", true, 0)]
        );
        assert!(complete);
    }
}
