//! Cases of [`crate::ports::ContactRepository`].

mod races;

use std::sync::Arc;

use super::people::person;
use crate::Timestamp;
use crate::accounts::{AccountId, Settings, Username};
use crate::contacts::{Acquaintance, ContactState, Relation, Tally};
use crate::directory::UsernamePrefix;
use crate::ports::{Store, StoreError, StoreExt};

pub use races::{
    a_block_against_an_acceptance, a_tally_is_exact_in_a_race,
    who_ask_each_other_at_once_are_contacts,
};

const NOW: Timestamp = Timestamp::from_seconds(7);

fn contact(state: ContactState) -> Relation {
    Relation {
        contact: state,
        contact_since: (state != ContactState::None).then_some(NOW),
        ..Relation::default()
    }
}

const fn blocked() -> Relation {
    Relation {
        contact: ContactState::None,
        contact_since: None,
        blocked_at: Some(NOW),
        blocked_by_at: None,
    }
}

async fn two(store: &Arc<dyn Store>) -> (AccountId, AccountId) {
    let alice = person(store, "alice").await.id;
    (alice, person(store, "bob").await.id)
}

async fn save(store: &Arc<dyn Store>, one: AccountId, other: AccountId, relation: Relation) {
    let saved: Result<(), StoreError> = store
        .write(move |tx| {
            tx.contacts().lock(one, other)?;
            tx.contacts().save(one, other, &relation)
        })
        .await;
    saved.unwrap();
}

async fn relation(store: &Arc<dyn Store>, one: AccountId, other: AccountId) -> Relation {
    store
        .write(move |tx| tx.contacts().lock(one, other))
        .await
        .unwrap()
}

fn names(found: &[Acquaintance]) -> Vec<&str> {
    found.iter().map(|found| found.username.as_str()).collect()
}

/// What is saved from one side is seen from both, until it is taken back.
pub async fn seen_from_both_sides(store: Arc<dyn Store>) {
    let (alice, bob) = two(&store).await;
    assert_eq!(relation(&store, alice, bob).await, Relation::default());
    let both = Relation {
        blocked_by_at: Some(Timestamp::from_seconds(3)),
        ..blocked()
    };
    for saved in [
        contact(ContactState::RequestedByMe),
        contact(ContactState::Mutual),
        blocked(),
        both,
        Relation::default(),
    ] {
        for (one, other) in [(alice, bob), (bob, alice)] {
            save(&store, one, other, saved).await;
            assert_eq!(relation(&store, one, other).await, saved);
            assert_eq!(relation(&store, other, one).await, saved.mirrored());
        }
    }
    let nobody = AccountId::from_bytes([9; 16]);
    assert_eq!(relation(&store, alice, nobody).await, Relation::default());
}

/// An account is found by its name or id with its settings, and as the viewer stands to it; so is the viewer's own.
pub async fn found_as_the_viewer_stands_to_them(store: Arc<dyn Store>) {
    let (alice, bob) = two(&store).await;
    let hidden = Settings {
        discoverable: false,
        ..Settings::default()
    };
    store
        .write(move |tx| {
            tx.accounts()
                .replace_settings(bob, &Settings::default(), &hidden)
        })
        .await
        .unwrap();
    save(&store, alice, bob, contact(ContactState::RequestedByMe)).await;
    let by_name = |viewer: AccountId, name: &'static str| {
        store.read(move |tx| {
            tx.contacts()
                .find_by_username(viewer, &Username::parse(name).unwrap())
        })
    };
    let found = by_name(alice, "BOB").await.unwrap().unwrap();
    assert_eq!((found.account, found.settings), (bob, hidden));
    assert_eq!(found.relation, contact(ContactState::RequestedByMe));
    let found = by_name(bob, "alice").await.unwrap().unwrap();
    assert_eq!(found.relation, contact(ContactState::RequestedByThem));
    let own = by_name(bob, "bob").await.unwrap().unwrap();
    assert_eq!(own.relation, Relation::default());
    assert_eq!(by_name(bob, "carol").await.unwrap(), None);

    let many = store
        .read(move |tx| {
            let nobody = AccountId::from_bytes([9; 16]);
            tx.contacts().find_many(alice, &[bob, nobody, alice])
        })
        .await
        .unwrap();
    assert_eq!(many.len(), 2);
    let bobs = many.iter().find(|found| found.account == bob).unwrap();
    assert_eq!(bobs.relation.contact, ContactState::RequestedByMe);
}

/// Contacts and requests of both kinds are listed by folded name, blocks apart from them.
pub async fn paged_by_folded_name(store: Arc<dyn Store>) {
    let me = person(&store, "me").await.id;
    for (name, relation) in [
        ("Élise", contact(ContactState::Mutual)),
        ("bob", contact(ContactState::RequestedByThem)),
        ("Carol", contact(ContactState::RequestedByMe)),
        ("zoe", blocked()),
        ("Dave", blocked()),
        ("yan", blocked().mirrored()),
        ("nobody-special", Relation::default()),
    ] {
        let other = person(&store, name).await.id;
        save(&store, me, other, relation).await;
    }
    for (after, limit, expected) in [
        ("", 9, vec!["bob", "Carol", "Élise"]),
        ("", 2, vec!["bob", "Carol"]),
        ("carol", 2, vec!["Élise"]),
        ("é", 2, vec!["Élise"]),
        ("élise", 2, vec![]),
    ] {
        let page = store
            .read(move |tx| tx.contacts().page(me, after, limit))
            .await
            .unwrap();
        assert_eq!(names(&page), expected, "{after}");
    }
    for (after, expected) in [("", vec!["Dave", "zoe"]), ("dave", vec!["zoe"])] {
        let page = store
            .read(move |tx| tx.contacts().page_blocked(me, after, 9))
            .await
            .unwrap();
        assert_eq!(names(&page), expected, "{after}");
    }
    let tally = store.read(move |tx| tx.contacts().tally(me)).await.unwrap();
    let expected = Tally {
        contacts: 2,
        requests: 1,
        blocks: 2,
    };
    assert_eq!(tally, expected);
}

/// A search finds by the beginning of the folded name, in its order, and nobody who is hidden, disabled or blocks.
pub async fn searched_by_prefix(store: Arc<dyn Store>) {
    let me = person(&store, "Anna").await.id;
    for name in [
        "ann",
        "Annabel",
        "anton",
        "bob",
        "annhidden",
        "annoff",
        "annblocks",
        "annfriend",
    ] {
        person(&store, name).await;
    }
    let id = |name: &str| crate::testing::account(name).id;
    let (hidden, off) = (id("annhidden"), id("annoff"));
    let prepared: Result<bool, StoreError> = store
        .write(move |tx| {
            let shy = Settings {
                discoverable: false,
                ..Settings::default()
            };
            tx.accounts().set_disabled(off, Some(NOW))?;
            tx.accounts()
                .replace_settings(hidden, &Settings::default(), &shy)
        })
        .await;
    assert!(prepared.unwrap());
    save(&store, id("annblocks"), me, blocked()).await;
    save(&store, me, id("annfriend"), contact(ContactState::Mutual)).await;
    for (prefix, after, limit, expected) in [
        ("ANN", "", 9, vec!["ann", "Anna", "Annabel", "annfriend"]),
        ("ann", "", 2, vec!["ann", "Anna"]),
        ("ann", "anna", 2, vec!["Annabel", "annfriend"]),
        ("ann", "b", 9, vec![]),
        ("b", "ann", 9, vec!["bob"]),
        ("", "", 2, vec!["ann", "Anna"]),
        ("x", "", 9, vec![]),
    ] {
        let prefix = UsernamePrefix::parse(prefix).unwrap();
        let found = store
            .read(move |tx| tx.contacts().search(me, &prefix, after, limit))
            .await
            .unwrap();
        assert_eq!(names(&found), expected, "{after}");
        let friend = found
            .iter()
            .find(|found| found.username.key() == "annfriend");
        assert!(friend.is_none_or(|friend| friend.relation.contact == ContactState::Mutual));
    }
}

/// Only mutual contacts are told of what concerns an account.
pub async fn mutual_ones_are_told(store: Arc<dyn Store>) {
    let me = person(&store, "me").await.id;
    let mut mutual = Vec::new();
    for (name, state) in [
        ("a", ContactState::Mutual),
        ("b", ContactState::RequestedByMe),
        ("c", ContactState::RequestedByThem),
        ("d", ContactState::Mutual),
    ] {
        let other = person(&store, name).await.id;
        save(&store, other, me, contact(state)).await;
        if state == ContactState::Mutual {
            mutual.push(other);
        }
    }
    mutual.sort();
    for limit in [9, 1] {
        let expected: Vec<AccountId> = mutual.iter().copied().take(limit).collect();
        let limit = u32::try_from(limit).unwrap();
        let told = store
            .read(move |tx| tx.contacts().list_mutual(me, limit))
            .await
            .unwrap();
        assert_eq!(told, expected);
    }
}

/// Everybody's mutual contacts at once, by name; who hides is seen by those alone who ask for their own.
pub async fn friends_of_many_are_listed(store: Arc<dyn Store>) {
    let (alice, bob) = two(&store).await;
    let carol = person(&store, "carol").await.id;
    let dave = person(&store, "dave").await.id;
    let mutual = contact(ContactState::Mutual);
    for (one, other) in [(alice, carol), (alice, bob), (bob, dave)] {
        save(&store, one, other, mutual).await;
    }
    save(&store, alice, dave, contact(ContactState::RequestedByMe)).await;
    let hidden = Settings {
        discoverable: false,
        ..Settings::default()
    };
    let hides: Result<bool, StoreError> = store
        .write(move |tx| {
            tx.accounts()
                .replace_settings(carol, &Settings::default(), &hidden)
        })
        .await;
    assert!(hides.unwrap());
    for (viewer, of_alice) in [(alice, &["bob", "carol"][..]), (dave, &["bob"])] {
        let listed: Vec<(AccountId, Username)> = store
            .read(move |tx| tx.contacts().list_friends(viewer, &[alice, bob], 9))
            .await
            .unwrap();
        let of = |whose: AccountId| -> Vec<&str> {
            let own = listed.iter().filter(|(owner, _)| *owner == whose);
            own.map(|(_, name)| name.as_str()).collect()
        };
        assert_eq!(of(alice), of_alice);
        assert_eq!(of(bob), ["alice", "dave"]);
    }
    let cut: Vec<(AccountId, Username)> = store
        .read(move |tx| tx.contacts().list_friends(alice, &[alice, bob], 3))
        .await
        .unwrap();
    assert_eq!(cut.len(), 3);
}

/// Many are found by their names at once, compared folded; names that nobody has are passed over.
pub async fn found_by_many_names(store: Arc<dyn Store>) {
    let (alice, bob) = two(&store).await;
    save(&store, alice, bob, blocked()).await;
    let names = |names: &[&str]| -> Vec<Username> {
        let parsed = names.iter().map(|name| Username::parse(name).unwrap());
        parsed.collect()
    };
    for (wanted, expected) in [
        (
            names(&["BOB", "nobody", "Alice"]),
            vec![(alice, false), (bob, true)],
        ),
        (names(&["nobody"]), vec![]),
        (vec![], vec![]),
    ] {
        let found = store
            .read(move |tx| tx.contacts().find_by_usernames(alice, &wanted))
            .await
            .unwrap();
        let mut found: Vec<_> = found
            .iter()
            .map(|found| (found.account, found.relation.blocked_at.is_some()))
            .collect();
        found.sort_by_key(|(account, _)| *account != alice);
        assert_eq!(found, expected);
    }
}
