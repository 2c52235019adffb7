//! Cases of [`crate::ports::ChatRepository`].

use std::collections::BTreeSet;
use std::sync::Arc;

use super::join_all;
use super::people::{conversation, message, person};
use crate::Timestamp;
use crate::accounts::AccountId;
use crate::chats::ChatNumber;
use crate::conversations::ConversationId;
use crate::messages::{Format, Reach};
use crate::ports::{NewMessage, NumberedConversation, Store, StoreError, StoreExt};

const NOW: Timestamp = Timestamp::from_seconds(100);

async fn number(
    store: &Arc<dyn Store>,
    conversation: ConversationId,
    initiator: AccountId,
) -> NumberedConversation {
    store
        .write(move |tx| tx.chats().find_or_number(conversation, initiator))
        .await
        .unwrap()
}

async fn three(store: &Arc<dyn Store>) -> [AccountId; 3] {
    [
        person(store, "alice").await.id,
        person(store, "bob").await.id,
        person(store, "carol").await.id,
    ]
}

/// A conversation keeps its number and who began it; numbers rise and none is given twice.
pub async fn numbered_once(store: Arc<dyn Store>) {
    let [alice, bob, carol] = three(&store).await;
    let first = conversation(&store, 1, alice, bob).await;
    let second = conversation(&store, 2, alice, carol).await;
    let one = number(&store, first, bob).await;
    assert_eq!((one.conversation, one.initiator), (first, bob));
    assert_eq!(number(&store, first, alice).await, one);
    let two = number(&store, second, alice).await;
    assert!(two.number > one.number);
    let mut found: Vec<NumberedConversation> = store
        .read(move |tx| {
            tx.chats()
                .find_many(&[second, first, ConversationId::from_bytes([9; 16])])
        })
        .await
        .unwrap();
    found.sort_by_key(|found| found.number);
    assert_eq!(found, [one, two]);
    // A number that was given is not given again, though its conversation is gone.
    let gone: Result<u64, StoreError> = store
        .write(move |tx| tx.conversations().delete_pairs(alice))
        .await;
    assert_eq!(gone.unwrap(), 2);
    let third = conversation(&store, 3, bob, carol).await;
    assert!(number(&store, third, bob).await.number > two.number);
}

/// Of many who ask for one number at once, all get the same; and many conversations get many.
pub async fn numbered_in_a_race(store: Arc<dyn Store>) {
    let [alice, bob, carol] = three(&store).await;
    let first = conversation(&store, 1, alice, bob).await;
    let second = conversation(&store, 2, alice, carol).await;
    let asked = (0..32).map(|turn| {
        let id = if turn % 2 == 0 { first } else { second };
        number(&store, id, alice)
    });
    let given = join_all(asked.collect()).await;
    let numbers: BTreeSet<(ConversationId, ChatNumber)> = given
        .iter()
        .map(|given| (given.conversation, given.number))
        .collect();
    assert_eq!(numbers.len(), 2);
}

/// A number leads its two to their conversation, and nobody else.
pub async fn found_by_members_alone(store: Arc<dyn Store>) {
    let [alice, bob, carol] = three(&store).await;
    let id = conversation(&store, 1, alice, bob).await;
    let numbered = number(&store, id, alice).await;
    for (who, found) in [
        (alice, Some(numbered)),
        (bob, Some(numbered)),
        (carol, None),
    ] {
        let looked: Option<NumberedConversation> = store
            .read(move |tx| tx.chats().find_by_number(who, numbered.number))
            .await
            .unwrap();
        assert_eq!(looked, found);
    }
    let beyond = ChatNumber::restore(u64::MAX);
    let looked: Option<NumberedConversation> = store
        .read(move |tx| tx.chats().find_by_number(alice, beyond))
        .await
        .unwrap();
    assert_eq!(looked, None);
}

/// Of a conversation's messages only the plain texts that are there are read, both ways.
pub async fn texts_alone_are_paged(store: Arc<dyn Store>) {
    let [alice, bob, _] = three(&store).await;
    let id = conversation(&store, 1, alice, bob).await;
    for byte in 1..=4 {
        let sent = NewMessage {
            format: if byte % 2 == 0 {
                Format::Text
            } else {
                Format::Opaque
            },
            ..message(byte, id, alice)
        };
        let _: u64 = store
            .write(move |tx| tx.messages().append(&sent))
            .await
            .unwrap();
    }
    for (byte, expires_at) in [(5, None), (6, Some(NOW))] {
        let gone = NewMessage {
            format: Format::Text,
            expires_at,
            ..message(byte, id, alice)
        };
        let _: bool = store
            .write(move |tx| {
                tx.messages().append(&gone)?;
                // The other one's time is over.
                Ok::<_, StoreError>(
                    gone.expires_at.is_some() || tx.messages().delete(gone.id, NOW)?,
                )
            })
            .await
            .unwrap();
    }
    for (reach, limit, expected) in [
        (Reach::Before(None), 9, &[4, 2][..]),
        (Reach::Before(Some(4)), 9, &[2]),
        (Reach::After(0), 9, &[2, 4]),
        (Reach::After(2), 9, &[4]),
        (Reach::Before(None), 1, &[4]),
    ] {
        let page: Vec<_> = store
            .read(move |tx| tx.chats().page_texts(id, reach, NOW, limit))
            .await
            .unwrap();
        let seqs: Vec<u64> = page.iter().map(|found| found.seq).collect();
        assert_eq!(seqs, expected);
    }
}
