//! What is deleted is not in the database file any more.
#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use std::path::Path;
use std::sync::Arc;

use sealpost_domain::Timestamp;
use sealpost_domain::accounts::AccountId;
use sealpost_domain::conversations::{ConversationId, NewConversation};
use sealpost_domain::messages::{ClientId, Format, MessageId};
use sealpost_domain::ports::{NewMessage, PasswordHash, StoreError, StoreExt, Tx, WakeUps};
use sealpost_domain::testing::account;
use sealpost_store::{SqliteOptions, SqliteStore};

const NOW: Timestamp = Timestamp::from_seconds(1_000);
const TALK: ConversationId = ConversationId::from_bytes([9; 16]);
const KEPT: &str = "canary-that-stays-4711";
const DELETED: &str = "canary-that-is-deleted-4711";
const OVER: &str = "canary-whose-time-is-over-4711";

struct Nobody;

impl WakeUps for Nobody {
    fn wake(&self, _: &[AccountId]) {}
}

fn open(path: &Path) -> SqliteStore {
    SqliteStore::open(path, &SqliteOptions::default(), Arc::new(Nobody)).unwrap()
}

/// The bytes of the database once it is closed.
fn rests(path: &Path) -> Vec<u8> {
    let wal = path.with_extension("db-wal");
    assert!(!wal.exists(), "the last connection takes the journal along");
    std::fs::read(path).unwrap()
}

fn holds(bytes: &[u8], text: &str) -> bool {
    let mut windows = bytes.windows(text.len());
    windows.any(|window| window == text.as_bytes())
}

fn say(tx: &mut dyn Tx, number: u8, body: &str) -> Result<u64, StoreError> {
    tx.messages().append(&NewMessage {
        id: MessageId::from_bytes([number; 16]),
        conversation: TALK,
        sender: account("alice").id,
        client_id: ClientId::restore(format!("c-{number}")),
        digest: [7; 32],
        format: Format::Opaque,
        // Longer than a page: what does not fit into one goes to others.
        body: body.repeat(1_000).into_bytes(),
        attachments: Vec::new(),
        sent_at: None,
        created_at: NOW,
        expires_at: (body == OVER).then_some(NOW),
    })
}

#[tokio::test]
async fn a_deleted_message_leaves_no_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("e.db");
    let store = open(&path);
    let stored: Result<(), StoreError> = store
        .write(|tx| {
            let (alice, bob) = (account("alice"), account("bob"));
            let hash = PasswordHash::new("$h$".to_owned());
            tx.accounts().insert(&alice, &hash)?;
            tx.accounts().insert(&bob, &hash)?;
            tx.conversations().find_or_insert_pair(&NewConversation {
                id: TALK,
                pair: (alice.id, bob.id),
                sealed_key: vec![1; 80],
                created_at: NOW,
            })?;
            for (number, body) in (1..).zip([KEPT, DELETED, OVER]) {
                say(tx, number, body)?;
            }
            Ok(())
        })
        .await;
    stored.unwrap();
    drop(store);
    let before = rests(&path);
    assert!(
        [KEPT, DELETED, OVER]
            .iter()
            .all(|text| holds(&before, text))
    );

    let store = open(&path);
    let gone: Result<(bool, u64), StoreError> = store
        .write(|tx| {
            let deleted = tx.messages().delete(MessageId::from_bytes([2; 16]), NOW)?;
            Ok((deleted, tx.messages().expire(NOW, 500)?))
        })
        .await;
    assert_eq!(gone.unwrap(), (true, 1));
    drop(store);
    let after = rests(&path);
    assert!(holds(&after, KEPT));
    assert!(!holds(&after, DELETED) && !holds(&after, OVER));
}
