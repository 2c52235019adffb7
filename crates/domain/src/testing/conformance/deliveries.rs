//! Cases of [`crate::ports::DeliveryRepository`].

use std::sync::Arc;
use std::time::Duration;

use super::people::{conversation, message, message_id, person};
use crate::Timestamp;
use crate::accounts::AccountId;
use crate::conversations::ConversationId;
use crate::inbox::{EventKind, NewEvent, Offset};
use crate::messages::{MessageId, Span};
use crate::ports::{NewDelivery, Store, StoreError, StoreExt};

const ALL: Span = Span {
    after: Timestamp::from_seconds(0),
    until: None,
};
/// Not a whole millisecond.
const NOW: Timestamp = Timestamp::from_micros(5_000_999);

/// Alice and Bob, and their conversation.
struct Pair {
    alice: AccountId,
    bob: AccountId,
    talk: ConversationId,
}

async fn pair(store: &Arc<dyn Store>) -> Pair {
    let alice = person(store, "alice").await.id;
    let bob = person(store, "bob").await.id;
    let talk = conversation(store, 1, alice, bob).await;
    Pair { alice, bob, talk }
}

/// Alice says something to Bob; when it counts as taken.
async fn say(store: &Arc<dyn Store>, pair: &Pair, number: u32, now: Timestamp) -> Timestamp {
    let new = message(number, pair.talk, pair.alice);
    let delivery = NewDelivery {
        message: new.id,
        sender: pair.alice,
        receiver: pair.bob,
        now,
    };
    let members = [pair.alice, pair.bob];
    let said: Result<Timestamp, StoreError> = store
        .write(move |tx| {
            tx.messages().append(&new)?;
            let event = NewEvent {
                kind: EventKind::MessageCreated,
                subject: *new.id.as_bytes(),
                created_at: now,
            };
            tx.inbox().collect(&members, event);
            tx.deliveries().insert(&delivery)
        })
        .await;
    said.unwrap()
}

async fn pending(
    store: &Arc<dyn Store>,
    (receiver, sender): (AccountId, AccountId),
    span: Span,
) -> Vec<(MessageId, Timestamp)> {
    store
        .read(move |tx| tx.deliveries().page(receiver, sender, span, 100))
        .await
        .unwrap()
}

async fn notices(store: &Arc<dyn Store>, who: AccountId, after: Offset) -> Vec<Offset> {
    let page = store
        .read(move |tx| tx.deliveries().page_notices(who, after, 100))
        .await
        .unwrap();
    assert!(page.iter().all(|notice| notice.sender.as_str() == "alice"));
    page.iter().map(|notice| notice.number).collect()
}

async fn acknowledge(store: &Arc<dyn Store>, who: AccountId, number: u32) -> bool {
    store
        .write(move |tx| tx.deliveries().acknowledge(who, message_id(number), NOW))
        .await
        .unwrap()
}

async fn see(store: &Arc<dyn Store>, who: AccountId, number: Offset) -> bool {
    store
        .write(move |tx| tx.deliveries().acknowledge_notice(who, number, NOW))
        .await
        .unwrap()
}

/// Moments are whole milliseconds, each later than the last of the pair in the same direction, also by a clock that went
/// back, and also after what was acknowledged.
pub async fn moments_of_a_pair_rise(store: Arc<dyn Store>) {
    let pair = pair(&store).await;
    let hour = Duration::from_secs(60 * 60);
    let millis = |micros| Timestamp::from_micros(micros);
    assert_eq!(say(&store, &pair, 1, NOW).await, millis(5_000_000));
    assert_eq!(say(&store, &pair, 2, NOW).await, millis(5_001_000));
    assert!(acknowledge(&store, pair.bob, 2).await);
    assert_eq!(say(&store, &pair, 3, NOW - hour).await, millis(5_002_000));
    assert_eq!(
        say(&store, &pair, 4, NOW + hour).await,
        millis(3_605_000_000)
    );
    let back = Pair {
        alice: pair.bob,
        bob: pair.alice,
        talk: pair.talk,
    };
    assert_eq!(say(&store, &back, 5, NOW).await, millis(5_000_000));
}

/// A span has its end and not its beginning; each direction is for itself.
pub async fn found_within_a_span(store: Arc<dyn Store>) {
    let pair = pair(&store).await;
    let mut moments = Vec::new();
    for number in 1..=4 {
        moments.push(say(&store, &pair, number, NOW).await);
    }
    let to_bob = (pair.bob, pair.alice);
    let numbers = |found: Vec<(MessageId, Timestamp)>| {
        let ids = found.into_iter().map(|(id, _)| id);
        ids.collect::<Vec<_>>()
    };
    let all = pending(&store, to_bob, ALL).await;
    assert_eq!(numbers(all.clone()), [1, 2, 3, 4].map(message_id));
    assert_eq!(
        all.iter().map(|(_, moment)| *moment).collect::<Vec<_>>(),
        moments
    );
    let (Some(first), Some(third)) = (moments.first(), moments.get(2)) else {
        panic!("four moments")
    };
    let some = Span {
        after: *first,
        until: Some(*third),
    };
    assert_eq!(
        numbers(pending(&store, to_bob, some).await),
        [2, 3].map(message_id)
    );
    assert_eq!(pending(&store, (pair.alice, pair.bob), ALL).await, []);
    let (bob, alice) = to_bob;
    let page = store
        .read(move |tx| tx.deliveries().page(bob, alice, ALL, 2))
        .await
        .unwrap();
    assert_eq!(numbers(page), [1, 2].map(message_id));
}

/// The receiver acknowledges, as often as it likes; to anybody else there is nothing.
pub async fn acknowledged_by_their_receiver_alone(store: Arc<dyn Store>) {
    let pair = pair(&store).await;
    say(&store, &pair, 1, NOW).await;
    say(&store, &pair, 2, NOW).await;
    assert!(!acknowledge(&store, pair.alice, 1).await);
    assert!(!acknowledge(&store, pair.bob, 9).await);
    assert!(acknowledge(&store, pair.bob, 1).await);
    assert!(acknowledge(&store, pair.bob, 1).await);
    let left = pending(&store, (pair.bob, pair.alice), ALL).await;
    assert_eq!(left.first().map(|(id, _)| *id), Some(message_id(2)));
    assert_eq!(left.len(), 1);
    assert_eq!(notices(&store, pair.bob, 0).await.len(), 1);
}

/// A notice goes by the offset of its message's event; each is acknowledged for itself, in any order, by its receiver.
pub async fn notices_have_the_numbers_of_their_events(store: Arc<dyn Store>) {
    let pair = pair(&store).await;
    let carol = person(&store, "carol").await.id;
    let other = conversation(&store, 2, pair.bob, carol).await;
    let unnoticed = message(7, other, carol);
    for number in 1..=3 {
        say(&store, &pair, number, NOW).await;
        let told = [pair.bob];
        let subject = *unnoticed.id.as_bytes();
        let told: Result<(), StoreError> = store
            .write(move |tx| {
                let event = NewEvent {
                    kind: EventKind::MessageCreated,
                    subject,
                    created_at: NOW,
                };
                tx.inbox().collect(&told, event);
                Ok(())
            })
            .await;
        told.unwrap();
    }
    assert_eq!(notices(&store, pair.bob, 0).await, [1, 3, 5]);
    assert_eq!(notices(&store, pair.bob, 1).await, [3, 5]);
    assert_eq!(notices(&store, pair.alice, 0).await, []);
    assert!(see(&store, pair.bob, 3).await);
    assert!(see(&store, pair.bob, 3).await);
    for (who, number) in [(pair.alice, 1), (pair.bob, 2), (pair.bob, Offset::MAX)] {
        assert!(!see(&store, who, number).await, "{number}");
    }
    assert_eq!(notices(&store, pair.bob, 0).await, [1, 5]);
    let left = pending(&store, (pair.bob, pair.alice), ALL).await;
    assert_eq!(left.len(), 3, "a notice is not the message");
}

/// Many at once: each has a moment of its own, in the order of the events.
pub async fn many_at_once_have_one_order(store: Arc<dyn Store>) {
    let pair = pair(&store).await;
    let senders: Vec<_> = (1..=32)
        .map(|number| say(&store, &pair, number, NOW))
        .collect();
    super::join_all(senders).await;
    let found = pending(&store, (pair.bob, pair.alice), ALL).await;
    let events = store
        .read(move |tx| tx.inbox().page(pair.bob, 0, 100))
        .await
        .unwrap();
    let in_order: Vec<_> = events.iter().map(|event| event.subject).collect();
    let pending: Vec<_> = found.iter().map(|(id, _)| *id.as_bytes()).collect();
    assert_eq!(pending, in_order);
    assert_eq!(notices(&store, pair.bob, 0).await.len(), 32);
}

/// What goes with its conversation is not to be acknowledged any more.
pub async fn gone_with_their_messages(store: Arc<dyn Store>) {
    let pair = pair(&store).await;
    say(&store, &pair, 1, NOW).await;
    let alice = pair.alice;
    store
        .write(move |tx| tx.conversations().delete_pairs(alice))
        .await
        .unwrap();
    assert_eq!(pending(&store, (pair.bob, pair.alice), ALL).await, []);
    assert!(!acknowledge(&store, pair.bob, 1).await);
    assert_eq!(notices(&store, pair.bob, 0).await, []);
}
