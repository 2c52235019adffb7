//! Cases of [`crate::ports::ConversationRepository`].

use std::sync::Arc;

use super::people::{conversation, message, message_id, pair, person};
use crate::Timestamp;
use crate::accounts::{AccountId, MessagesFrom, Settings};
use crate::contacts::{ContactState, Correspondent, Relation};
use crate::conversations::{ConversationId, Membership};
use crate::ports::{Store, StoreError, StoreExt};

/// The same pair has one conversation, whichever of the two asks.
pub async fn a_pair_has_one(store: Arc<dyn Store>) {
    let (alice, bob) = (
        person(&store, "alice").await.id,
        person(&store, "bob").await.id,
    );
    let carol = person(&store, "carol").await.id;
    let first = conversation(&store, 1, alice, bob).await;
    assert_eq!(first, ConversationId::from_bytes([1; 16]));
    assert_eq!(conversation(&store, 2, bob, alice).await, first);
    assert_eq!(
        conversation(&store, 3, alice, carol).await,
        ConversationId::from_bytes([3; 16])
    );
}

/// Of many who start at once, all get the same.
pub async fn a_pair_has_one_in_a_race(store: Arc<dyn Store>) {
    let (alice, bob) = (
        person(&store, "alice").await.id,
        person(&store, "bob").await.id,
    );
    let starters: Vec<_> = (1..=32)
        .map(|byte| {
            let new = if byte % 2 == 0 {
                pair(byte, alice, bob)
            } else {
                pair(byte, bob, alice)
            };
            store.write(move |tx| tx.conversations().find_or_insert_pair(&new))
        })
        .collect();
    let ids: Vec<_> = super::join_all(starters)
        .await
        .into_iter()
        .map(Result::unwrap)
        .collect();
    assert!(ids.iter().all(|id| Some(id) == ids.first()), "{ids:?}");
}

/// Members get key and members; for everybody else there is nothing.
pub async fn membership_is_for_members(store: Arc<dyn Store>) {
    let (alice, bob) = (
        person(&store, "alice").await.id,
        person(&store, "bob").await.id,
    );
    let carol = person(&store, "carol").await.id;
    let id = conversation(&store, 1, alice, bob).await;
    let mut members = vec![alice, bob];
    members.sort();
    for (who, expected) in [
        (
            alice,
            Some(Membership {
                sealed_key: vec![1; 80],
                members: members.clone(),
                others: vec![nothing_between()],
                expires_in: None,
            }),
        ),
        (
            bob,
            Some(Membership {
                sealed_key: vec![1; 80],
                members,
                others: vec![nothing_between()],
                expires_in: None,
            }),
        ),
        (carol, None),
    ] {
        let found = store
            .read(move |tx| tx.conversations().find_membership(id, who))
            .await
            .unwrap();
        assert_eq!(found, expected);
        let seen = store
            .read(move |tx| tx.conversations().find_many(who, &[id]))
            .await
            .unwrap();
        assert_eq!(seen.len(), usize::from(who != carol));
    }
    let nowhere = ConversationId::from_bytes([9; 16]);
    let found = store
        .read(move |tx| tx.conversations().find_membership(nowhere, alice))
        .await
        .unwrap();
    assert_eq!(found, None);
}

fn nothing_between() -> Correspondent {
    Correspondent {
        messages_from: MessagesFrom::Everyone,
        relation: Relation::default(),
    }
}

/// A membership says what decides whether its owner may write to the other: the other's setting, and their relation as
/// the owner sees it.
pub async fn membership_knows_who_may_write(store: Arc<dyn Store>) {
    let (alice, bob) = (
        person(&store, "alice").await.id,
        person(&store, "bob").await.id,
    );
    let id = conversation(&store, 1, alice, bob).await;
    let relation = Relation {
        contact: ContactState::RequestedByMe,
        contact_since: Some(Timestamp::from_seconds(1)),
        blocked_at: None,
        blocked_by_at: Some(Timestamp::from_seconds(2)),
    };
    let choosy = Settings {
        messages_from: MessagesFrom::Contacts,
        ..Settings::default()
    };
    let prepared: Result<bool, StoreError> = store
        .write(move |tx| {
            tx.contacts().save(alice, bob, &relation)?;
            tx.accounts()
                .replace_settings(bob, &Settings::default(), &choosy)
        })
        .await;
    assert!(prepared.unwrap());
    let to_bob = Correspondent {
        messages_from: MessagesFrom::Contacts,
        relation,
    };
    let to_alice = Correspondent {
        messages_from: MessagesFrom::Everyone,
        relation: relation.mirrored(),
    };
    for (who, expected) in [(alice, to_bob), (bob, to_alice)] {
        let found = store
            .read(move |tx| tx.conversations().find_membership(id, who))
            .await
            .unwrap();
        assert_eq!(found.unwrap().others, [expected]);
    }
}

/// Whether two have a conversation does not depend on who asks; those of whom one blocks the other are told nothing.
pub async fn pairs_and_partners(store: Arc<dyn Store>) {
    let mut people: Vec<AccountId> = Vec::new();
    for name in ["alice", "bob", "carol", "dave"] {
        people.push(person(&store, name).await.id);
    }
    let [alice, bob, carol, dave] = people[..] else {
        panic!("four people")
    };
    conversation(&store, 1, alice, bob).await;
    conversation(&store, 2, carol, alice).await;
    for (one, other, expected) in [
        (alice, bob, true),
        (bob, alice, true),
        (bob, carol, false),
        (alice, dave, false),
    ] {
        let found = store
            .read(move |tx| tx.conversations().has_pair(one, other))
            .await
            .unwrap();
        assert_eq!(found, expected);
    }
    let blocks = Relation {
        blocked_at: Some(Timestamp::from_seconds(1)),
        ..Relation::default()
    };
    store
        .write(move |tx| tx.contacts().save(bob, alice, &blocks))
        .await
        .unwrap();
    for (who, expected) in [(alice, vec![carol]), (bob, vec![]), (carol, vec![alice])] {
        let partners = store
            .read(move |tx| tx.conversations().list_partners(who, 9))
            .await
            .unwrap();
        assert_eq!(partners, expected);
    }
}

/// Pages run from the newest to the oldest, without a hole and without others' conversations.
pub async fn paged_newest_first(store: Arc<dyn Store>) {
    let alice = person(&store, "alice").await.id;
    let stranger = person(&store, "stranger").await.id;
    for byte in 1..=5 {
        let other = person(&store, &format!("friend{byte}")).await.id;
        conversation(&store, byte, alice, other).await;
        conversation(&store, byte + 100, stranger, other).await;
    }
    let id = |byte| ConversationId::from_bytes([byte; 16]);
    for (before, expected) in [
        (None, vec![id(5), id(4), id(3)]),
        (Some(id(3)), vec![id(2), id(1)]),
        (Some(id(1)), vec![]),
    ] {
        let page = store
            .read(move |tx| tx.conversations().page(alice, None, before, 3))
            .await
            .unwrap();
        assert_eq!(page, expected);
    }
    let seen = store
        .read(move |tx| {
            tx.conversations()
                .find_many(alice, &[id(1), id(4), id(104)])
        })
        .await
        .unwrap();
    let names: Vec<Vec<String>> = seen
        .iter()
        .map(|stored| {
            stored
                .overview
                .members
                .iter()
                .map(|member| member.username.to_string())
                .collect()
        })
        .collect();
    assert_eq!(
        seen.iter()
            .map(|stored| stored.overview.id)
            .collect::<Vec<_>>(),
        [id(4), id(1)]
    );
    assert_eq!(names, [["alice", "friend4"], ["alice", "friend1"]]);
}

/// Every conversation of an account is deleted, for who is in it too; those of others stay.
pub async fn deleted_for_both(store: Arc<dyn Store>) {
    let (alice, bob) = (
        person(&store, "alice").await.id,
        person(&store, "bob").await.id,
    );
    let carol = person(&store, "carol").await.id;
    conversation(&store, 1, alice, bob).await;
    conversation(&store, 2, carol, alice).await;
    let kept = conversation(&store, 3, bob, carol).await;
    for (number, byte, sender) in [(1, 1, alice), (2, 1, bob), (3, 3, bob)] {
        let new = message(number, ConversationId::from_bytes([byte; 16]), sender);
        let appended: Result<u64, StoreError> =
            store.write(move |tx| tx.messages().append(&new)).await;
        appended.unwrap();
    }
    for expected in [2, 0] {
        let deleted: Result<u64, StoreError> = store
            .write(move |tx| tx.conversations().delete_pairs(alice))
            .await;
        assert_eq!(deleted.unwrap(), expected);
    }
    let left: Result<_, StoreError> = store
        .read(move |tx| {
            let of = |tx: &mut dyn crate::ports::Tx, account| {
                tx.conversations().page(account, None, None, 10)
            };
            let pages = [of(tx, alice)?, of(tx, bob)?, of(tx, carol)?];
            let ids: Vec<_> = (1..=3).map(message_id).collect();
            let messages = tx.messages().find_many(&ids)?;
            Ok((pages, messages.len()))
        })
        .await;
    assert_eq!(left.unwrap(), ([vec![], vec![kept], vec![kept]], 1));
}
