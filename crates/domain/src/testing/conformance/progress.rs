//! Cases of [`crate::ports::ConversationRepository`] about how active conversations are and how far their members.

use std::sync::Arc;

use super::people::{conversation, message, message_id, person};
use crate::Timestamp;
use crate::accounts::{AccountId, Settings};
use crate::contacts::Relation;
use crate::conversations::{Activity, ConversationId, Markers, MovedMarkers};
use crate::messages::Lifetime;
use crate::ports::{NewMessage, Store, StoreError, StoreExt, StoredReceipts};

const NOW: Timestamp = Timestamp::from_seconds(1_000);

async fn people<const N: usize>(store: &Arc<dyn Store>, names: [&str; N]) -> [AccountId; N] {
    let mut people = Vec::new();
    for name in names {
        people.push(person(store, name).await.id);
    }
    people.try_into().unwrap()
}

async fn say(store: &Arc<dyn Store>, new: NewMessage) {
    let _: u64 = store
        .write(move |tx| tx.messages().append(&new))
        .await
        .unwrap();
}

/// Those that were last active come first, be it by a message or by their start, and pages have no holes.
pub async fn the_last_active_first(store: Arc<dyn Store>) {
    let [alice, bob, carol, dave] = people(&store, ["alice", "bob", "carol", "dave"]).await;
    // Started at seconds 10, 20 and 30.
    let mut ids = Vec::new();
    for (byte, other) in [(10, bob), (20, carol), (30, dave)] {
        ids.push(conversation(&store, byte, alice, other).await);
    }
    conversation(&store, 40, bob, carol).await;
    let page = |before: Option<Activity>, limit: u32| {
        store.read(move |tx| tx.conversations().page_by_activity(alice, before, limit))
    };
    let seen = async |before, limit| {
        let page: Vec<Activity> = page(before, limit).await.unwrap();
        let seconds = |active: &Activity| {
            let [byte, ..] = *active.conversation.as_bytes();
            (byte, active.at.as_seconds())
        };
        page.iter().map(seconds).collect::<Vec<_>>()
    };
    assert_eq!(seen(None, 9).await, [(30, 30), (20, 20), (10, 10)]);
    let at = |number, place: usize, second| NewMessage {
        created_at: Timestamp::from_seconds(second),
        ..message(number, *ids.get(place).unwrap(), alice)
    };
    say(&store, at(1, 0, 50)).await;
    say(&store, at(2, 1, 50)).await;
    let all = [(20, 50), (10, 50), (30, 30)];
    assert_eq!(seen(None, 9).await, all);
    let mut before = None;
    for expected in all {
        let page: Vec<Activity> = page(before, 1).await.unwrap();
        assert_eq!(seen(before, 1).await, [expected]);
        before = page.first().copied();
    }
    assert_eq!(seen(before, 1).await, []);
}

/// Markers move forward, never back and never past the end; what is read is delivered; strangers have none.
pub async fn markers_move_forward(store: Arc<dyn Store>) {
    let [alice, bob, carol] = people(&store, ["alice", "bob", "carol"]).await;
    let talk = conversation(&store, 1, alice, bob).await;
    for number in 1..=5 {
        say(&store, message(number, talk, alice)).await;
    }
    let mark = |who: AccountId, read: u64, delivered: u64| {
        let to = Markers { read, delivered };
        store.write(move |tx| tx.conversations().move_markers(talk, who, to))
    };
    let mut stood = Markers::default();
    for (to, stands) in [
        ((0, 2), (0, 2)),
        ((1, 1), (1, 2)),
        ((3, 3), (3, 3)),
        ((2, 1), (3, 3)),
        ((0, 4), (3, 4)),
        ((u64::MAX, u64::MAX), (5, 5)),
    ] {
        let marked: Result<Option<MovedMarkers>, StoreError> = mark(bob, to.0, to.1).await;
        let after = Markers {
            read: stands.0,
            delivered: stands.1,
        };
        let expected = MovedMarkers {
            before: stood,
            after,
        };
        assert_eq!(marked.unwrap(), Some(expected), "{to:?}");
        stood = after;
    }
    let unmoved = MovedMarkers {
        before: Markers::default(),
        after: Markers::default(),
    };
    assert_eq!(mark(alice, 0, 0).await.unwrap(), Some(unmoved));
    assert_eq!(mark(carol, 1, 1).await.unwrap(), None);
}

/// Of many moves at once the furthest stands.
pub async fn the_furthest_of_many_moves_stands(store: Arc<dyn Store>) {
    let [alice, bob] = people(&store, ["alice", "bob"]).await;
    let talk = conversation(&store, 1, alice, bob).await;
    for number in 1..=16 {
        say(&store, message(number, talk, alice)).await;
    }
    let moves: Vec<_> = (1..=16)
        .map(|seq| {
            let to = Markers {
                read: seq,
                delivered: seq,
            };
            store.write(move |tx| tx.conversations().move_markers(talk, bob, to))
        })
        .collect();
    for moved in super::join_all(moves).await {
        let moved: Option<MovedMarkers> = moved.unwrap();
        assert!(moved.is_some());
    }
    let found = store
        .read(move |tx| tx.conversations().find_progress(bob, &[talk], NOW))
        .await
        .unwrap();
    assert_eq!(found.first().map(|found| found.markers.read), Some(16));
}

/// Unread are the others' messages after the marker that are still there.
pub async fn unread_are_the_others_messages(store: Arc<dyn Store>) {
    let [alice, bob, carol] = people(&store, ["alice", "bob", "carol"]).await;
    let talk = conversation(&store, 1, alice, bob).await;
    let other = conversation(&store, 2, alice, carol).await;
    for number in 1..=6 {
        let new = message(number, talk, if number == 4 { bob } else { alice });
        let expires_at = (number == 5).then_some(NOW);
        say(&store, NewMessage { expires_at, ..new }).await;
    }
    say(&store, message(7, other, carol)).await;
    let deleted: Result<bool, StoreError> = store
        .write(move |tx| tx.messages().delete(message_id(3), NOW))
        .await;
    assert!(deleted.unwrap());
    let unread = async |who: AccountId| {
        let mut found = store
            .read(move |tx| tx.conversations().find_progress(who, &[talk, other], NOW))
            .await
            .unwrap();
        found.sort_by_key(|found| found.conversation);
        let unread = found.iter().map(|found| (found.conversation, found.unread));
        unread.collect::<Vec<(ConversationId, u64)>>()
    };
    // 1, 2 and 6: 3 is deleted, 4 is Bob's own, 5 is over.
    assert_eq!(unread(bob).await, [(talk, 3)]);
    assert_eq!(unread(alice).await, [(talk, 1), (other, 1)]);
    let to = Markers {
        read: 2,
        delivered: 2,
    };
    let moved = store
        .write(move |tx| tx.conversations().move_markers(talk, bob, to))
        .await
        .unwrap();
    assert_eq!(moved.map(|moved| moved.after), Some(to));
    assert_eq!(unread(bob).await, [(talk, 1)]);
    assert_eq!(unread(carol).await, [(other, 0)]);
}

/// Receipts come with what decides who sees them, page by page, each member once.
pub async fn receipts_are_paged(store: Arc<dyn Store>) {
    let [alice, bob] = people(&store, ["alice", "bob"]).await;
    let talk = conversation(&store, 1, alice, bob).await;
    say(&store, message(1, talk, alice)).await;
    let silent = Settings {
        send_receipts: false,
        ..Settings::default()
    };
    let blocks = Relation {
        blocked_at: Some(NOW),
        ..Relation::default()
    };
    let to = Markers {
        read: 1,
        delivered: 1,
    };
    let prepared: Result<bool, StoreError> = store
        .write(move |tx| {
            tx.conversations().move_markers(talk, bob, to)?;
            tx.contacts().save(bob, alice, &blocks)?;
            tx.accounts()
                .replace_settings(bob, &Settings::default(), &silent)
        })
        .await;
    assert!(prepared.unwrap());
    let mut found: Vec<StoredReceipts> = Vec::new();
    loop {
        let after = found.last().map(|last| last.account);
        let page = store
            .read(move |tx| tx.conversations().page_receipts(talk, alice, after, 1))
            .await
            .unwrap();
        if page.is_empty() {
            break;
        }
        found.extend(page);
    }
    assert!(found.is_sorted_by_key(|receipts| receipts.account));
    let seen = |who: AccountId| {
        let found = found.iter().find(|receipts| receipts.account == who);
        let found = found.unwrap();
        (found.markers.read, found.sends, found.unblocked)
    };
    assert_eq!((found.len(), seen(alice)), (2, (0, true, true)));
    assert_eq!(seen(bob), (1, false, false));
}

/// How long messages stay is seen by both, and set again only if it is something else.
pub async fn a_lifetime_is_replaced(store: Arc<dyn Store>) {
    let [alice, bob] = people(&store, ["alice", "bob"]).await;
    let talk = conversation(&store, 1, alice, bob).await;
    let hour = Lifetime::parse(3_600).ok();
    for (lifetime, changed) in [(None, false), (hour, true), (hour, false), (None, true)] {
        let replaced: Result<bool, StoreError> = store
            .write(move |tx| tx.conversations().replace_lifetime(talk, lifetime))
            .await;
        assert_eq!(replaced.unwrap(), changed);
        for who in [alice, bob] {
            let (overviews, membership) = store
                .read(move |tx| {
                    let overviews = tx.conversations().find_many(who, &[talk])?;
                    let membership = tx.conversations().find_membership(talk, who)?;
                    Ok::<_, StoreError>((overviews, membership))
                })
                .await
                .unwrap();
            assert_eq!(overviews.first().unwrap().overview.expires_in, lifetime);
            assert_eq!(membership.unwrap().expires_in, lifetime);
        }
    }
}
