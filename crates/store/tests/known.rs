//! What the SQLite writer knows from earlier sends is not what another process has made of the database since.
#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use std::path::Path;
use std::sync::Arc;

use diesel::connection::SimpleConnection;
use diesel::{Connection, SqliteConnection};
use sealpost_domain::Timestamp;
use sealpost_domain::accounts::AccountId;
use sealpost_domain::conversations::{ConversationId, NewConversation};
use sealpost_domain::inbox::{EventKind, NewEvent};
use sealpost_domain::messages::{ClientId, Format, MessageId};
use sealpost_domain::ports::{NewMessage, PasswordHash, Sending, Store, StoreError, StoreExt, Tx};
use sealpost_domain::testing::account;
use sealpost_store::testing::Nobody;
use sealpost_store::{SqliteOptions, SqliteStore};

const TALK: ConversationId = ConversationId::from_bytes([1; 16]);
const NOW: Timestamp = Timestamp::from_seconds(5);

async fn settle(store: &dyn Store) -> [AccountId; 2] {
    let people = ["alice", "bob"].map(account);
    let ids = [people[0].id, people[1].id];
    let pair = NewConversation {
        id: TALK,
        pair: (ids[0], ids[1]),
        sealed_key: vec![3; 80],
        created_at: NOW,
    };
    let settled: Result<ConversationId, StoreError> = store
        .write(move |tx| {
            for person in &people {
                tx.accounts()
                    .insert(person, &PasswordHash::new("$h$".to_owned()))?;
            }
            tx.conversations().find_or_insert_pair(&pair)
        })
        .await;
    settled.unwrap();
    ids
}

fn message(name: u8, sender: AccountId) -> NewMessage {
    NewMessage {
        id: MessageId::from_bytes([name; 16]),
        conversation: TALK,
        sender,
        client_id: ClientId::parse(&format!("c{name}")).unwrap(),
        digest: [7; 32],
        format: Format::Opaque,
        body: vec![name; 9],
        attachments: Vec::new(),
        sent_at: None,
        created_at: NOW,
        expires_at: None,
    }
}

/// The number of the message; None if its sender is not in there.
async fn send(store: &dyn Store, name: u8, sender: AccountId) -> Option<u64> {
    let message = message(name, sender);
    let sending = Sending {
        conversation: TALK,
        sender,
        client_id: message.client_id.clone(),
    };
    let say = move |tx: &mut dyn Tx| -> Result<Option<u64>, StoreError> {
        let Some(found) = tx.conversations().lock_membership(TALK, sender)? else {
            return Ok(None);
        };
        let seq = tx.messages().append(&message)?;
        let event = NewEvent {
            kind: EventKind::MessageCreated,
            subject: *message.id.as_bytes(),
            created_at: NOW,
        };
        tx.inbox().collect(&found.members, event);
        Ok(Some(seq))
    };
    store.send(sending, say).await.unwrap()
}

async fn offsets(store: &dyn Store, of: AccountId) -> Vec<u64> {
    let page = store.read(move |tx| tx.inbox().page(of, 0, 99));
    let page: Result<_, StoreError> = page.await;
    page.unwrap().iter().map(|event| event.offset).collect()
}

fn open(path: &Path) -> SqliteStore {
    SqliteStore::open(path, &SqliteOptions::default(), Arc::new(Nobody)).unwrap()
}

fn sql(id: &[u8; 16]) -> String {
    let digits: String = id.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("x'{digits}'")
}

#[tokio::test]
async fn numbers_and_logs_go_on_from_what_another_process_wrote() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("known.db");
    let store = open(&path);
    let [alice, bob] = settle(&store).await;
    assert_eq!(send(&store, 1, alice).await, Some(1));
    assert_eq!(send(&store, 2, bob).await, Some(2));
    // Another process that serves the same file: it does not know of this one, nor this one of it.
    let other = open(&path);
    assert_eq!(send(&other, 3, alice).await, Some(3));
    assert_eq!(send(&other, 4, alice).await, Some(4));
    assert_eq!(send(&store, 5, alice).await, Some(5));
    assert_eq!(send(&store, 6, bob).await, Some(6));
    assert_eq!(send(&other, 7, bob).await, Some(7));
    assert_eq!(offsets(&store, alice).await, [1, 2, 3, 4, 5, 6, 7]);
    assert_eq!(offsets(&other, bob).await, [1, 2, 3, 4, 5, 6, 7]);
}

#[tokio::test]
async fn who_was_removed_by_another_process_sends_nothing_more() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("known.db");
    let store = open(&path);
    let [alice, bob] = settle(&store).await;
    assert_eq!(send(&store, 1, alice).await, Some(1));
    let mut other = SqliteConnection::establish(path.to_str().unwrap()).unwrap();
    let gone = format!(
        "DELETE FROM members WHERE account_id = {}",
        sql(alice.as_bytes())
    );
    other.batch_execute(&gone).unwrap();
    assert_eq!(send(&store, 2, alice).await, None);
    assert_eq!(send(&store, 3, bob).await, Some(2));
}

/// However the account goes, by whatever statement: what hangs on it goes by foreign keys.
#[tokio::test]
async fn who_writes_again_after_their_messages_went_is_noted_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("known.db");
    let store = open(&path);
    let [alice, bob] = settle(&store).await;
    assert_eq!(send(&store, 1, alice).await, Some(1));
    assert_eq!(send(&store, 2, bob).await, Some(2));
    let mut other = SqliteConnection::establish(path.to_str().unwrap()).unwrap();
    let gone = format!(
        "PRAGMA foreign_keys = ON; DELETE FROM message_senders WHERE sender_id = {}",
        sql(alice.as_bytes())
    );
    other.batch_execute(&gone).unwrap();
    // Without the row her message would be refused by a foreign key.
    assert_eq!(send(&store, 3, alice).await, Some(3));
}
