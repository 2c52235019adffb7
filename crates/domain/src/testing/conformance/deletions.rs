//! Cases of [`crate::ports::MessageRepository`] about what goes with messages, and about messages that go.

use std::sync::Arc;

use super::people::{conversation, message, message_id, person};
use crate::Timestamp;
use crate::accounts::AccountId;
use crate::conversations::ConversationId;
use crate::files::FileId;
use crate::messages::{ClientId, MessageId, Protection, Span};
use crate::ports::{
    BlobDigest, BlobName, NewDelivery, NewMessage, Store, StoreError, StoreExt, StoredFile,
    StoredMessage,
};

const NOW: Timestamp = Timestamp::from_seconds(100);

async fn scene(store: &Arc<dyn Store>) -> (AccountId, AccountId, ConversationId) {
    let (alice, bob) = (
        person(store, "alice").await.id,
        person(store, "bob").await.id,
    );
    (alice, bob, conversation(store, 1, alice, bob).await)
}

fn file(byte: u8, owner: AccountId) -> StoredFile {
    StoredFile {
        id: FileId::from_bytes([byte; 16]),
        owner,
        blob: BlobName::from_bytes([byte; 16]),
        size: 3,
        digest: BlobDigest::Sha256([byte; 32]),
        sealed_key: vec![1],
        sealed_name: None,
        sealed_type: vec![2],
        protection: Protection::Server,
        key_disclosed_at: None,
        created_at: Timestamp::from_seconds(5),
    }
}

async fn store_files(store: &Arc<dyn Store>, owner: AccountId, bytes: std::ops::Range<u8>) {
    for byte in bytes {
        let stored = file(byte, owner);
        store
            .write(move |tx| tx.files().insert(&stored))
            .await
            .unwrap();
    }
}

async fn append(store: &Arc<dyn Store>, new: NewMessage) {
    let _: u64 = store
        .write(move |tx| tx.messages().append(&new))
        .await
        .unwrap();
}

fn with_files(new: NewMessage, bytes: &[u8]) -> NewMessage {
    let attachments = bytes.iter().map(|byte| FileId::from_bytes([*byte; 16]));
    NewMessage {
        attachments: attachments.collect(),
        ..new
    }
}

async fn find(store: &Arc<dyn Store>, number: u32) -> StoredMessage {
    let found: Vec<StoredMessage> = store
        .read(move |tx| tx.messages().find_many(&[message_id(number)]))
        .await
        .unwrap();
    found.into_iter().next().unwrap()
}

async fn attached(store: &Arc<dyn Store>, number: u32) -> Vec<StoredFile> {
    let found: Vec<(MessageId, StoredFile)> = store
        .read(move |tx| tx.messages().find_attachments(&[message_id(number)]))
        .await
        .unwrap();
    found.into_iter().map(|(_, file)| file).collect()
}

async fn is_shared(store: &Arc<dyn Store>, who: AccountId, byte: u8) -> bool {
    let id = FileId::from_bytes([byte; 16]);
    let found: Option<StoredFile> = store
        .read(move |tx| tx.files().find_shared(who, id, NOW))
        .await
        .unwrap();
    found.is_some()
}

/// Files come with a message in its order, and one may come with several; a file without its key comes with none.
pub async fn files_come_in_order(store: Arc<dyn Store>) {
    let (alice, _, talk) = scene(&store).await;
    store_files(&store, alice, 1..4).await;
    append(&store, with_files(message(1, talk, alice), &[3, 1, 2])).await;
    append(&store, with_files(message(2, talk, alice), &[3])).await;
    append(&store, message(3, talk, alice)).await;
    let files = |bytes: &[u8]| {
        bytes
            .iter()
            .map(|byte| file(*byte, alice))
            .collect::<Vec<_>>()
    };
    assert_eq!(attached(&store, 1).await, files(&[3, 1, 2]));
    assert_eq!(attached(&store, 2).await, files(&[3]));
    assert_eq!(attached(&store, 3).await, []);
    assert!(find(&store, 2).await.attached && !find(&store, 3).await.attached);
    let three = FileId::from_bytes([3; 16]);
    let shredded: Result<_, StoreError> = store
        .write(move |tx| tx.files().shred(alice, three, NOW))
        .await;
    assert!(shredded.unwrap().is_some());
    assert_eq!(attached(&store, 1).await, files(&[1, 2]));
    assert!(!is_shared(&store, alice, 3).await);
}

/// A file is shared with the members of a conversation where it came with a message that is there.
pub async fn files_are_shared_with_members(store: Arc<dyn Store>) {
    let (alice, bob, talk) = scene(&store).await;
    let carol = person(&store, "carol").await.id;
    let other = conversation(&store, 2, alice, carol).await;
    store_files(&store, alice, 1..4).await;
    append(&store, with_files(message(1, talk, alice), &[1, 2])).await;
    append(&store, with_files(message(2, other, alice), &[1])).await;
    let seen = async |who: AccountId| {
        let mut seen = Vec::new();
        for byte in 1..4 {
            seen.push(is_shared(&store, who, byte).await);
        }
        seen
    };
    assert_eq!(seen(bob).await, [true, true, false]);
    assert_eq!(seen(carol).await, [true, false, false]);
    let gone: Result<bool, StoreError> = store
        .write(move |tx| tx.messages().delete(message_id(1), NOW))
        .await;
    assert!(gone.unwrap());
    assert_eq!(seen(bob).await, [false; 3]);
    assert_eq!(seen(carol).await, [true, false, false]);
    // Over, and not swept.
    let over = NewMessage {
        expires_at: Some(NOW),
        ..with_files(message(3, talk, alice), &[3])
    };
    append(&store, over).await;
    assert_eq!(seen(bob).await, [false; 3]);
}

/// A deleted message keeps its place, its sender and its names, and nothing else; it is deleted once.
pub async fn a_deleted_message_keeps_its_place(store: Arc<dyn Store>) {
    let (alice, bob, talk) = scene(&store).await;
    store_files(&store, alice, 1..2).await;
    append(&store, message(1, talk, bob)).await;
    let new = with_files(message(2, talk, alice), &[1]);
    append(&store, new.clone()).await;
    let delete = |number: u32| {
        let id = message_id(number);
        store.write(move |tx| tx.messages().delete(id, NOW))
    };
    let before = find(&store, 2).await;
    assert!(delete(2).await.unwrap());
    let after = find(&store, 2).await;
    let expected = StoredMessage {
        body: Vec::new(),
        attached: false,
        sent_at: None,
        deleted_at: Some(NOW),
        ..before
    };
    assert_eq!(after, expected);
    assert_eq!(attached(&store, 2).await, []);
    for number in [2, 99] {
        let again: Result<bool, StoreError> = delete(number).await;
        assert!(!again.unwrap());
    }
    assert_eq!(find(&store, 1).await.deleted_at, None);
    // A repeat finds it.
    let sent = store
        .read(move |tx| tx.messages().find_sent(alice, &new.client_id))
        .await
        .unwrap();
    assert_eq!(sent.map(|(receipt, _)| receipt.seq), Some(2));
}

/// What is over is deleted as of its end, what was over first first; what stays or was deleted before is left.
pub async fn what_is_over_is_deleted(store: Arc<dyn Store>) {
    let (alice, _, talk) = scene(&store).await;
    for (number, end) in [
        (1, Some(30)),
        (2, Some(20)),
        (3, None),
        (4, Some(101)),
        (5, Some(10)),
    ] {
        let new = NewMessage {
            expires_at: end.map(Timestamp::from_seconds),
            ..message(number, talk, alice)
        };
        append(&store, new).await;
    }
    let at = Timestamp::from_seconds(9);
    let deleted: Result<bool, StoreError> = store
        .write(move |tx| tx.messages().delete(message_id(5), at))
        .await;
    assert!(deleted.unwrap());
    let expire = |limit: u32| store.write(move |tx| tx.messages().expire(NOW, limit));
    let ends = async || {
        let mut ends = Vec::new();
        for number in 1..=5 {
            let found = find(&store, number).await;
            assert_eq!(found.body.is_empty(), found.deleted_at.is_some());
            ends.push(found.deleted_at.map(Timestamp::as_seconds));
        }
        ends
    };
    assert_eq!(expire(1).await.unwrap(), 1);
    assert_eq!(ends().await, [None, Some(20), None, None, Some(9)]);
    for swept in [1, 0] {
        let expired: Result<u64, StoreError> = expire(500).await;
        assert_eq!(expired.unwrap(), swept);
    }
    assert_eq!(ends().await, [Some(30), Some(20), None, None, Some(9)]);
    assert_eq!(
        find(&store, 4).await.expires_at,
        Some(Timestamp::from_seconds(101))
    );
}

/// What is deleted has to be acknowledged by nobody, and can be all the same.
pub async fn what_is_deleted_waits_for_nobody(store: Arc<dyn Store>) {
    let (alice, bob, talk) = scene(&store).await;
    for number in 1..=3 {
        let new = NewMessage {
            expires_at: (number == 2).then_some(NOW),
            ..message(number, talk, alice)
        };
        let delivery = NewDelivery {
            message: new.id,
            sender: alice,
            receiver: bob,
            now: Timestamp::from_seconds(1),
        };
        let stored: Result<_, StoreError> = store
            .write(move |tx| {
                tx.messages().append(&new)?;
                tx.deliveries().insert(&delivery)
            })
            .await;
        stored.unwrap();
    }
    let gone: Result<u64, StoreError> = store
        .write(move |tx| {
            tx.messages().delete(message_id(1), NOW)?;
            tx.messages().expire(NOW, 500)
        })
        .await;
    assert_eq!(gone.unwrap(), 1);
    let span = Span {
        after: Timestamp::from_seconds(0),
        until: None,
    };
    let pending = store
        .read(move |tx| tx.deliveries().page(bob, alice, span, 9))
        .await
        .unwrap();
    let ids: Vec<MessageId> = pending.into_iter().map(|(id, _)| id).collect();
    assert_eq!(ids, [message_id(3)]);
    let known = store
        .write(move |tx| tx.deliveries().acknowledge(bob, message_id(1), NOW))
        .await;
    assert!(known.unwrap());
}

/// Each conversation's last message is found, deleted or not; one without messages has none.
pub async fn the_last_of_each_is_found(store: Arc<dyn Store>) {
    let (alice, bob, talk) = scene(&store).await;
    let carol = person(&store, "carol").await.id;
    let other = conversation(&store, 2, alice, carol).await;
    let silent = conversation(&store, 3, bob, carol).await;
    for (number, place) in [(1, talk), (2, talk), (3, other)] {
        append(&store, message(number, place, alice)).await;
    }
    let deleted: Result<bool, StoreError> = store
        .write(move |tx| tx.messages().delete(message_id(2), NOW))
        .await;
    assert!(deleted.unwrap());
    let of = |ids: Vec<ConversationId>| store.read(move |tx| tx.messages().find_last(&ids));
    let mut found = of(vec![talk, other, silent]).await.unwrap();
    found.sort_by_key(|message| message.conversation);
    let ids: Vec<_> = found.iter().map(|message| message.id).collect();
    assert_eq!(ids, [message_id(2), message_id(3)]);
    assert_eq!(of(vec![talk]).await.unwrap().len(), 1);
    assert_eq!(of(Vec::new()).await.unwrap(), []);
    // Names are unique for a sender, not for a place.
    let name = ClientId::parse("c3").unwrap();
    let sent: Option<_> = store
        .read(move |tx| tx.messages().find_sent(alice, &name))
        .await
        .unwrap();
    assert!(sent.is_some());
}
