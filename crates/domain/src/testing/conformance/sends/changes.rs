//! What has changed since somebody's last send is seen by their next one, whatever a store knows from the one before.

use std::sync::{Arc, Mutex};

use super::super::people::{conversation, message, person};
use super::{STRANGER, say, sending, told};
use crate::Timestamp;
use crate::accounts::{AccountId, MessagesFrom, Settings};
use crate::contacts::{ContactState, Correspondent, Relation};
use crate::conversations::{ConversationId, Membership};
use crate::messages::Lifetime;
use crate::ports::{NewGroup, NewMember, NewMessage, Store, StoreError, StoreExt, Tx};

const NOW: Timestamp = Timestamp::from_seconds(9);
const GROUP: ConversationId = ConversationId::from_bytes([0x60; 16]);

/// Runs a unit that does not send.
async fn change<T: Send + 'static>(
    store: &Arc<dyn Store>,
    change: impl FnMut(&mut dyn Tx) -> Result<T, StoreError> + Send + 'static,
) -> T {
    store.write(change).await.unwrap()
}

/// Sends a message, and returns its number and what its sender went by.
async fn sent(store: &Arc<dyn Store>, message: NewMessage) -> (u64, Option<Membership>) {
    let seen = Arc::new(Mutex::new(None));
    let slot = Arc::clone(&seen);
    let outcome = store.send(sending(&message), move |tx| {
        let found = tx
            .conversations()
            .lock_membership(message.conversation, message.sender)?;
        *slot.lock().unwrap() = found;
        say(tx, &message)
    });
    let (seq, _) = outcome.await.unwrap();
    let seen = seen.lock().unwrap().take();
    (seq, seen.map(Arc::unwrap_or_clone))
}

/// The one whom a pair's message is for.
fn other(seen: &Membership) -> Correspondent {
    *seen.others.first().unwrap()
}

/// In a conversation of two: blocks, settings, how long messages stay, and what others than those who send write there.
pub async fn the_next_send_sees_what_a_pair_has_become(store: Arc<dyn Store>) {
    let alice = person(&store, "alice").await.id;
    let bob = person(&store, "bob").await.id;
    let talk = conversation(&store, 1, alice, bob).await;
    let plain = Correspondent {
        messages_from: MessagesFrom::Everyone,
        relation: Relation::default(),
    };
    let say_it = async |number| {
        let (seq, seen) = sent(&store, message(number, talk, alice)).await;
        assert_eq!(seq, u64::from(number));
        seen.unwrap()
    };
    assert_eq!(say_it(1).await.others, [plain]);

    let blocks = Relation {
        blocked_at: Some(NOW),
        ..Relation::default()
    };
    let friends = Relation {
        contact: ContactState::Mutual,
        contact_since: Some(NOW),
        ..Relation::default()
    };
    for (number, relation) in [(2, blocks), (3, friends), (4, Relation::default())] {
        change(&store, move |tx| {
            tx.contacts().lock(bob, alice)?;
            tx.contacts().save(bob, alice, &relation)
        })
        .await;
        let other = other(&say_it(number).await);
        assert_eq!(other.relation.blocked_by_at, relation.blocked_at);
        assert_eq!(other.relation.contact, relation.contact);
    }

    let old = Settings::default();
    let shy = Settings {
        messages_from: MessagesFrom::Nobody,
        ..old
    };
    change(&store, move |tx| {
        tx.accounts().replace_settings(bob, &old, &shy)
    })
    .await;
    assert_eq!(other(&say_it(5).await).messages_from, MessagesFrom::Nobody);

    let hour = Lifetime::parse(3_600).unwrap();
    change(&store, move |tx| {
        tx.conversations().replace_lifetime(talk, Some(hour))
    })
    .await;
    assert_eq!(say_it(6).await.expires_in, Some(hour));

    // A unit that sends beside other things is not one of those that send.
    let beside = message(7, talk, bob);
    change(&store, move |tx| say(tx, &beside)).await;
    say_it(8).await;
    change(&store, move |tx| tx.inbox().trim(alice, 8)).await;
    assert_eq!(say_it(9).await.members.len(), 2);
    let offsets = change(&store, move |tx| tx.inbox().page(alice, 8, 9)).await;
    assert_eq!(
        offsets.iter().map(|event| event.offset).collect::<Vec<_>>(),
        [9]
    );
    assert_eq!(told(&store, bob).await.len(), 9);
}

/// In a group: who comes, who goes, who leaves the service, and that the group itself goes.
pub async fn the_next_send_sees_who_is_in_the_group(store: Arc<dyn Store>) {
    let mut ids = Vec::new();
    for name in ["alice", "bob", "carol", "dave"] {
        ids.push(person(&store, name).await.id);
    }
    let [alice, bob, carol, dave] = ids.try_into().unwrap();
    let group = NewGroup {
        id: GROUP,
        sealed_key: vec![6; 80],
        sealed_title: None,
        shows_history: true,
        owner: alice,
        others: vec![bob],
        created_at: NOW,
    };
    change(&store, move |tx| tx.groups().insert(&group)).await;
    let members = async |number, sender: AccountId| {
        let (seq, seen) = sent(&store, message(number, GROUP, sender)).await;
        assert_eq!(seq == STRANGER, seen.is_none());
        seen.map(|seen| seen.members).unwrap_or_default()
    };
    let sorted = |mut ids: Vec<AccountId>| {
        ids.sort_unstable();
        ids
    };
    assert_eq!(members(1, alice).await, sorted(vec![alice, bob]));
    assert_eq!(members(2, bob).await.len(), 2);

    for account in [carol, dave] {
        let new = NewMember {
            account,
            first_seq: 1,
            joined_at: NOW,
        };
        change(&store, move |tx| tx.groups().insert_member(GROUP, &new)).await;
    }
    assert_eq!(members(3, alice).await.len(), 4);
    assert_eq!(told(&store, carol).await.len(), 1);

    change(&store, move |tx| tx.groups().remove_member(GROUP, bob)).await;
    assert_eq!(members(4, bob).await, []);
    assert_eq!(members(5, alice).await, sorted(vec![alice, carol, dave]));
    assert_eq!(told(&store, bob).await.len(), 3);

    change(&store, move |tx| {
        tx.accounts().vacate(dave, NOW)?;
        tx.accounts().remove(dave)
    })
    .await;
    assert_eq!(members(6, alice).await, sorted(vec![alice, carol]));

    change(&store, move |tx| tx.groups().delete(GROUP)).await;
    assert_eq!(members(7, alice).await, []);
}
