//! Cases of [`crate::ports::MessageRepository`].

use std::sync::Arc;

use super::people::{conversation, message, message_id, person};
use crate::Timestamp;
use crate::accounts::AccountId;
use crate::conversations::ConversationId;
use crate::messages::{ClientId, Format, Reach};
use crate::ports::{NewGroup, NewMember, NewMessage, Store, StoreError, StoreExt};

async fn scene(store: &Arc<dyn Store>) -> (AccountId, AccountId, ConversationId) {
    let (alice, bob) = (
        person(store, "alice").await.id,
        person(store, "bob").await.id,
    );
    (alice, bob, conversation(store, 1, alice, bob).await)
}

async fn append(store: &Arc<dyn Store>, message: NewMessage) -> Result<u64, StoreError> {
    store.write(move |tx| tx.messages().append(&message)).await
}

/// Numbers are counted for each conversation, from 1, and the conversation knows the last.
pub async fn numbered_without_a_hole(store: Arc<dyn Store>) {
    let (alice, bob, talk) = scene(&store).await;
    let carol = person(&store, "carol").await.id;
    let other = conversation(&store, 2, alice, carol).await;
    for number in 1..=3 {
        assert_eq!(
            append(&store, message(number, talk, alice)).await.unwrap(),
            u64::from(number)
        );
    }
    assert_eq!(append(&store, message(10, other, alice)).await.unwrap(), 1);
    let seen = store
        .read(move |tx| tx.conversations().find_many(bob, &[talk]))
        .await
        .unwrap();
    assert_eq!(seen.first().unwrap().overview.last_seq, 3);
}

/// A message comes back as it was stored, with its sender's name and its conversation's key.
pub async fn found_as_appended(store: Arc<dyn Store>) {
    let (alice, _, talk) = scene(&store).await;
    for (number, format) in (1..).zip(Format::ALL) {
        let body = vec![0xFF, 0, b'x'];
        let new = NewMessage {
            format,
            body,
            ..message(number, talk, alice)
        };
        let seq = append(&store, new.clone()).await.unwrap();
        let ids = [new.id, message_id(99)];
        let found = store
            .read(move |tx| tx.messages().find_many(&ids))
            .await
            .unwrap();
        let [found] = found.as_slice() else {
            panic!("one of two is there: {found:?}")
        };
        assert_eq!(
            (found.id, found.seq, found.format),
            (new.id, seq, new.format)
        );
        assert_eq!(
            (&found.body, found.sent_at, found.created_at),
            (&new.body, new.sent_at, new.created_at)
        );
        assert_eq!(
            (found.sender, found.sender_username.as_str()),
            (alice, "alice")
        );
        assert_eq!(
            (&found.client_id, &found.sealed_key),
            (&new.client_id, &vec![1; 80])
        );
    }
}

/// A sender's name for a message leads to its receipt; another's does not.
pub async fn found_by_the_senders_name_for_it(store: Arc<dyn Store>) {
    let (alice, bob, talk) = scene(&store).await;
    append(&store, message(1, talk, alice)).await.unwrap();
    let name = ClientId::parse("c1").unwrap();
    let of = |who: AccountId| {
        let name = name.clone();
        store.read(move |tx| tx.messages().find_sent(who, &name))
    };
    let (receipt, digest) = of(alice).await.unwrap().unwrap();
    assert_eq!(
        (receipt.id, receipt.seq, digest),
        (message_id(1), 1, [7; 32])
    );
    assert_eq!(of(bob).await.unwrap(), None);
    let bobs = NewMessage {
        client_id: name.clone(),
        ..message(2, talk, bob)
    };
    append(&store, bobs).await.unwrap();
    assert_eq!(of(bob).await.unwrap().unwrap().0.id, message_id(2));
}

/// Of many repeats of one message at once, one is stored and the others find it.
pub async fn a_repeat_at_the_same_time_is_found(store: Arc<dyn Store>) {
    let (alice, _, talk) = scene(&store).await;
    let senders: Vec<_> = (1..=32_u32)
        .map(|number| {
            let new = NewMessage {
                client_id: ClientId::parse("same").unwrap(),
                ..message(number, talk, alice)
            };
            store.write(move |tx| -> Result<_, StoreError> {
                match tx.messages().find_sent(alice, &new.client_id)? {
                    Some((receipt, _)) => Ok(receipt.id),
                    None => tx.messages().append(&new).map(|_| new.id),
                }
            })
        })
        .collect();
    let ids: Vec<_> = super::join_all(senders)
        .await
        .into_iter()
        .map(Result::unwrap)
        .collect();
    assert!(ids.iter().all(|id| Some(id) == ids.first()), "{ids:?}");
    let all = store
        .read(move |tx| tx.messages().page(talk, Reach::After(0), 10))
        .await
        .unwrap();
    assert_eq!(all.iter().map(|found| found.seq).collect::<Vec<_>>(), [1]);
}

/// Many at once: the numbers are dense and each is given once.
pub async fn many_senders_get_dense_numbers(store: Arc<dyn Store>) {
    let (alice, bob, talk) = scene(&store).await;
    let senders: Vec<_> = (1..=48_u32)
        .map(|number| {
            let new = message(number, talk, if number % 2 == 0 { alice } else { bob });
            store.write(move |tx| tx.messages().append(&new))
        })
        .collect();
    let mut numbers: Vec<u64> = super::join_all(senders)
        .await
        .into_iter()
        .map(Result::unwrap)
        .collect();
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=48).collect::<Vec<_>>());
}

/// Pages reach both ways, without a hole and without other conversations.
pub async fn paged_both_ways(store: Arc<dyn Store>) {
    let (alice, bob, talk) = scene(&store).await;
    let carol = person(&store, "carol").await.id;
    let other = conversation(&store, 2, alice, carol).await;
    for number in 1..=5 {
        append(&store, message(number, talk, bob)).await.unwrap();
        append(&store, message(number + 100, other, alice))
            .await
            .unwrap();
    }
    for (reach, expected) in [
        (Reach::Before(None), vec![5, 4, 3]),
        (Reach::Before(Some(3)), vec![2, 1]),
        (Reach::Before(Some(1)), vec![]),
        (Reach::After(0), vec![1, 2, 3]),
        (Reach::After(3), vec![4, 5]),
        (Reach::After(5), vec![]),
    ] {
        let page = store
            .read(move |tx| tx.messages().page(talk, reach, 3))
            .await
            .unwrap();
        assert_eq!(
            page.iter().map(|found| found.seq).collect::<Vec<_>>(),
            expected,
            "{reach:?}"
        );
    }
}

/// A page of what a reader may see: from where they came, and nothing for whoever is not there.
pub async fn paged_as_far_as_seen(store: Arc<dyn Store>) {
    let (alice, bob, pair) = scene(&store).await;
    let carol = person(&store, "carol").await.id;
    let dave = person(&store, "dave").await.id;
    let eve = person(&store, "eve").await.id;
    let group = ConversationId::from_bytes([7; 16]);
    let new = NewGroup {
        id: group,
        sealed_key: vec![4; 80],
        sealed_title: None,
        shows_history: false,
        owner: alice,
        others: vec![bob],
        created_at: Timestamp::from_seconds(1),
    };
    let late = [(carol, 4), (dave, 7)].map(|(account, first_seq)| NewMember {
        account,
        first_seq,
        joined_at: Timestamp::from_seconds(2),
    });
    let made: Result<(), StoreError> = store
        .write(move |tx| {
            tx.groups().insert(&new)?;
            for member in &late {
                tx.groups().insert_member(group, member)?;
            }
            Ok(())
        })
        .await;
    made.unwrap();
    for number in 1..=6 {
        append(&store, message(number, group, bob)).await.unwrap();
    }
    append(&store, message(9, pair, alice)).await.unwrap();
    let (last, first) = (Reach::Before(None), Reach::After(0));
    for (reader, reach, expected) in [
        (alice, last, vec![6, 5, 4, 3]),
        (alice, Reach::Before(Some(3)), vec![2, 1]),
        (alice, first, vec![1, 2, 3, 4]),
        (alice, Reach::After(4), vec![5, 6]),
        (carol, last, vec![6, 5, 4]),
        (carol, Reach::Before(Some(6)), vec![5, 4]),
        (carol, Reach::Before(Some(4)), vec![]),
        (carol, first, vec![4, 5, 6]),
        (carol, Reach::After(4), vec![5, 6]),
        (carol, Reach::After(6), vec![]),
        (dave, last, vec![]),
        (dave, first, vec![]),
        (eve, last, vec![]),
        (eve, first, vec![]),
    ] {
        let page: Result<_, StoreError> = store
            .ask(move |tx| tx.messages().visible_page(reader, group, reach, 4))
            .await;
        let page = page.unwrap();
        let seqs: Vec<u64> = page.iter().map(|found| found.seq).collect();
        assert_eq!(seqs, expected, "{reader:?} {reach:?}");
        assert!(page.iter().all(|found| found.conversation == group));
    }
}
