//! Cases of [`Store::run_send`]: however many units share a transaction and its statements, each is as if it had run alone.

mod changes;

use std::pin::Pin;
use std::sync::Arc;

use super::people::{conversation, message, message_id, person};
use crate::Timestamp;
use crate::accounts::AccountId;
use crate::conversations::ConversationId;
use crate::inbox::{EventKind, NewEvent};
use crate::messages::{MessageId, Reach};
use crate::ports::{NewMessage, Sending, Store, StoreError, StoreExt, Tx};

pub use changes::{
    the_next_send_sees_what_a_pair_has_become, the_next_send_sees_who_is_in_the_group,
};

/// Nobody is in there, or the sender is not.
const STRANGER: u64 = 0;

/// What a send came to that has been handed in.
type Pending<'a> = Pin<Box<dyn Future<Output = Result<(u64, MessageId), StoreError>> + Send + 'a>>;

fn sending(message: &NewMessage) -> Sending {
    Sending {
        conversation: message.conversation,
        sender: message.sender,
        client_id: message.client_id.clone(),
    }
}

/// The number and the id of the message that is there afterwards.
fn say(tx: &mut dyn Tx, message: &NewMessage) -> Result<(u64, MessageId), StoreError> {
    let membership = tx
        .conversations()
        .lock_membership(message.conversation, message.sender)?;
    let Some(membership) = membership else {
        return Ok((STRANGER, message.id));
    };
    if let Some((receipt, _)) = tx
        .messages()
        .find_sent(message.sender, &message.client_id)?
    {
        return Ok((receipt.seq, receipt.id));
    }
    let seq = tx.messages().append(message)?;
    let event = NewEvent {
        kind: EventKind::MessageCreated,
        subject: *message.id.as_bytes(),
        created_at: message.created_at,
    };
    tx.inbox().collect(&membership.members, event);
    Ok((seq, message.id))
}

fn send(store: &Arc<dyn Store>, message: NewMessage) -> Pending<'_> {
    Box::pin(store.send(sending(&message), move |tx| say(tx, &message)))
}

/// The numbers and ids of what is in a conversation.
async fn said(store: &Arc<dyn Store>, id: ConversationId) -> Vec<(u64, MessageId)> {
    let page = store.read(move |tx| tx.messages().page(id, Reach::After(0), 500));
    let page = page.await.unwrap();
    page.iter().map(|found| (found.seq, found.id)).collect()
}

/// The messages that the account's log tells of, in its order.
async fn told(store: &Arc<dyn Store>, account: AccountId) -> Vec<MessageId> {
    let page = store.read(move |tx| tx.inbox().page(account, 0, 500));
    let page = page.await.unwrap();
    for (place, event) in (1_u64..).zip(&page) {
        assert_eq!(event.offset, place, "no hole");
    }
    page.iter()
        .map(|event| MessageId::from_bytes(event.subject))
        .collect()
}

async fn unwrap_all(pending: Vec<Pending<'_>>) -> Vec<(u64, MessageId)> {
    let outcomes = super::join_all(pending).await;
    outcomes.into_iter().map(Result::unwrap).collect()
}

/// Of many who send to several conversations at once, each gets one place and every member hears of it once.
pub async fn many_at_once_have_each_their_place(store: Arc<dyn Store>) {
    let alice = person(&store, "alice").await.id;
    let mut talks = Vec::new();
    for byte in 1..=4 {
        let other = person(&store, &format!("other{byte}")).await.id;
        talks.push((other, conversation(&store, byte, alice, other).await));
    }
    let mut pending = Vec::new();
    let mut number = 0;
    for (other, talk) in &talks {
        for sender in [alice, *other].repeat(15) {
            number += 1;
            pending.push(send(&store, message(number, *talk, sender)));
        }
    }
    let mut sent = unwrap_all(pending).await;
    sent.sort_unstable();
    let mut found = Vec::new();
    for (other, talk) in &talks {
        let said = said(&store, *talk).await;
        let numbers: Vec<u64> = said.iter().map(|(seq, _)| *seq).collect();
        assert_eq!(numbers, (1..=30).collect::<Vec<u64>>());
        let ids: Vec<MessageId> = said.iter().map(|(_, id)| *id).collect();
        assert_eq!(told(&store, *other).await, ids, "in the same order");
        found.extend(said);
    }
    found.sort_unstable();
    assert_eq!(sent, found, "each was told its own place");
    assert_eq!(told(&store, alice).await.len(), 120);
}

/// A message that is sent again beside itself is there once, and both are told the same.
pub async fn a_repeat_beside_the_original_finds_it(store: Arc<dyn Store>) {
    let (alice, bob) = (
        person(&store, "alice").await.id,
        person(&store, "bob").await.id,
    );
    let talk = conversation(&store, 1, alice, bob).await;
    for round in 1..=10 {
        let original = message(round, talk, alice);
        let again = NewMessage {
            id: message_id(1_000 + round),
            ..original.clone()
        };
        let pending = vec![
            send(&store, original.clone()),
            send(&store, again.clone()),
            send(&store, original),
            send(&store, again),
        ];
        let sent = unwrap_all(pending).await;
        assert!(
            sent.iter().all(|one| Some(one) == sent.first()),
            "round {round}"
        );
    }
    assert_eq!(said(&store, talk).await.len(), 10);
    assert_eq!(told(&store, bob).await.len(), 10);
}

/// One sender's name for two messages in two conversations: one of them is there, whatever the order.
pub async fn a_name_is_used_once_across_conversations(store: Arc<dyn Store>) {
    let alice = person(&store, "alice").await.id;
    let mut talks = Vec::new();
    for byte in 1..=2 {
        let other = person(&store, &format!("other{byte}")).await.id;
        talks.push(conversation(&store, byte, alice, other).await);
    }
    for round in 1..=10_u32 {
        let of = |talk: &ConversationId| message(round, *talk, alice);
        let pending = talks.iter().map(|talk| send(&store, of(talk))).collect();
        let sent = unwrap_all(pending).await;
        assert!(
            sent.iter().all(|one| Some(one) == sent.first()),
            "round {round}"
        );
    }
    let mut found = 0;
    for talk in talks {
        found += said(&store, talk).await.len();
    }
    assert_eq!(found, 10);
}

/// A unit that is refused after it has written leaves nothing, and no hole, beside others that are kept.
pub async fn what_is_refused_leaves_nothing(store: Arc<dyn Store>) {
    let (alice, bob) = (
        person(&store, "alice").await.id,
        person(&store, "bob").await.id,
    );
    let talk = conversation(&store, 1, alice, bob).await;
    let refused = |number| -> Pending<'_> {
        let message = message(number, talk, alice);
        Box::pin(store.send(sending(&message), move |tx| {
            say(tx, &message)?;
            // Any refusal will do.
            Err(StoreError::Full)
        }))
    };
    let pending = vec![
        send(&store, message(1, talk, alice)),
        refused(2),
        send(&store, message(3, talk, bob)),
        refused(4),
        send(&store, message(2, talk, alice)),
    ];
    let outcomes = super::join_all(pending).await;
    let kept: Vec<bool> = outcomes.iter().map(Result::is_ok).collect();
    assert_eq!(kept, [true, false, true, false, true]);
    let numbers: Vec<u64> = said(&store, talk)
        .await
        .iter()
        .map(|(seq, _)| *seq)
        .collect();
    assert_eq!(numbers, [1, 2, 3]);
    assert_eq!(told(&store, bob).await.len(), 3);
}

/// Who is not in a conversation, or names none, is told so beside those who are; their `client_id` stays free.
pub async fn a_stranger_is_one_beside_members(store: Arc<dyn Store>) {
    let (alice, bob, eve) = (
        person(&store, "alice").await.id,
        person(&store, "bob").await.id,
        person(&store, "eve").await.id,
    );
    let talk = conversation(&store, 1, alice, bob).await;
    let own = conversation(&store, 2, eve, bob).await;
    let nowhere = ConversationId::from_bytes([9; 16]);
    let pending = vec![
        send(&store, message(1, talk, eve)),
        send(&store, message(2, talk, alice)),
        send(&store, message(3, nowhere, alice)),
        send(&store, message(1, own, eve)),
    ];
    let sent = unwrap_all(pending).await;
    let numbers: Vec<u64> = sent.iter().map(|(seq, _)| *seq).collect();
    assert_eq!(numbers, [STRANGER, 1, STRANGER, 1]);
    assert_eq!(said(&store, talk).await.len(), 1);
    assert_eq!(told(&store, alice).await.len(), 1);
    assert_eq!(told(&store, bob).await.len(), 2);
}

/// A unit that panics harms none of those beside it.
pub async fn a_panic_harms_only_its_own_unit(store: Arc<dyn Store>) {
    let (alice, bob) = (
        person(&store, "alice").await.id,
        person(&store, "bob").await.id,
    );
    let talk = conversation(&store, 1, alice, bob).await;
    let broken = message(2, talk, alice);
    let panicking: Pending<'_> = Box::pin(store.send(sending(&broken), move |tx| {
        say(tx, &broken)?;
        panic!("on purpose");
    }));
    let pending = vec![
        send(&store, message(1, talk, alice)),
        panicking,
        send(&store, message(3, talk, bob)),
    ];
    let outcomes = super::join_all(pending).await;
    let kept: Vec<bool> = outcomes.iter().map(Result::is_ok).collect();
    assert_eq!(kept, [true, false, true]);
    let numbers: Vec<u64> = said(&store, talk)
        .await
        .iter()
        .map(|(seq, _)| *seq)
        .collect();
    assert_eq!(numbers, [1, 2]);
    let later = message(2, talk, alice);
    let later = NewMessage {
        created_at: Timestamp::from_seconds(5),
        ..later
    };
    assert_eq!(send(&store, later).await.unwrap().0, 3);
}
