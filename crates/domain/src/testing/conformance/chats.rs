//! Cases of [`crate::ports::ChatRepository`].

use std::collections::BTreeSet;
use std::sync::Arc;

use super::join_all;
use super::people::{conversation, message, message_id, person};
use crate::Timestamp;
use crate::accounts::AccountId;
use crate::chats::ChatNumber;
use crate::conversations::ConversationId;
use crate::files::FileId;
use crate::messages::{Format, Reach};
use crate::ports::{
    BlobName, Constraint, NewMessage, NumberedConversation, Store, StoreError, StoreExt, StoredFile,
};

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

fn file(byte: u8, owner: AccountId) -> StoredFile {
    StoredFile {
        id: FileId::from_bytes([byte; 16]),
        owner,
        blob: BlobName::from_bytes([byte; 16]),
        size: 3,
        digest: [byte; 32],
        sealed_key: vec![1],
        sealed_name: None,
        sealed_type: vec![2],
        created_at: Timestamp::from_seconds(5),
    }
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

/// Of a conversation's messages only the plain texts are read, both ways.
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
    for (reach, limit, expected) in [
        (Reach::Before(None), 9, &[4, 2][..]),
        (Reach::Before(Some(4)), 9, &[2]),
        (Reach::After(0), 9, &[2, 4]),
        (Reach::After(2), 9, &[4]),
        (Reach::Before(None), 1, &[4]),
    ] {
        let page: Vec<_> = store
            .read(move |tx| tx.chats().page_texts(id, reach, limit))
            .await
            .unwrap();
        let seqs: Vec<u64> = page.iter().map(|found| found.seq).collect();
        assert_eq!(seqs, expected);
    }
}

/// A file that came with a message is found by the two until its key is destroyed, and attached once.
pub async fn attached_for_members_alone(store: Arc<dyn Store>) {
    let [alice, bob, carol] = three(&store).await;
    let id = conversation(&store, 1, alice, bob).await;
    for byte in 1..=2 {
        let (sent, stored) = (message(byte.into(), id, alice), file(byte, alice));
        store
            .write(move |tx| {
                tx.messages().append(&sent)?;
                tx.files().insert(&stored)
            })
            .await
            .unwrap();
    }
    let attach = |message: u32, file: u8| {
        let file = FileId::from_bytes([file; 16]);
        store.write(move |tx| tx.chats().attach(message_id(message), file))
    };
    attach(1, 1).await.unwrap();
    for (message, file) in [(1, 2), (2, 1)] {
        let refused: Result<(), StoreError> = attach(message, file).await;
        assert!(matches!(refused, Err(StoreError::Conflict(Constraint::Id))));
    }
    let one = FileId::from_bytes([1; 16]);
    let find = |who: AccountId| store.read(move |tx| tx.chats().find_attachment(who, one));
    for (who, found) in [(alice, true), (bob, true), (carol, false)] {
        let found = found.then(|| file(1, alice));
        assert_eq!(find(who).await.unwrap(), found);
    }
    let of = || {
        let both = [message_id(1), message_id(2)];
        store.read(move |tx| tx.chats().find_attachments(&both))
    };
    assert_eq!(of().await.unwrap(), [(message_id(1), file(1, alice))]);
    let shredded: Result<_, StoreError> = store
        .write(move |tx| tx.files().shred(alice, one, Timestamp::from_seconds(9)))
        .await;
    assert!(shredded.unwrap().is_some());
    assert!(of().await.unwrap().is_empty());
    assert_eq!(find(bob).await.unwrap(), None);
}
