//! What a commit says of the messages that were sent is what the store says of them when it is asked.
#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use std::sync::{Arc, Mutex};

use sealpost_domain::Timestamp;
use sealpost_domain::accounts::{AccountId, Username};
use sealpost_domain::conversations::{ConversationId, NewConversation};
use sealpost_domain::inbox::{EventKind, InboxEvent, NewEvent};
use sealpost_domain::messages::{ClientId, Format, MessageId};
use sealpost_domain::ports::{
    NewGroup, NewMessage, PasswordHash, Sending, Store, StoreError, StoreExt, StoredMessage, Tx,
    WakeUps,
};
use sealpost_domain::testing::account;
use sealpost_store::testing::postgres_url;
use sealpost_store::{PostgresOptions, PostgresStore, SqliteOptions, SqliteStore};

const PAIR: ConversationId = ConversationId::from_bytes([1; 16]);
const GROUP: ConversationId = ConversationId::from_bytes([2; 16]);
const NOW: Timestamp = Timestamp::from_seconds(5);

/// Keeps what it is told.
#[derive(Default)]
struct Told(Mutex<Vec<StoredMessage>>);

impl WakeUps for Told {
    fn wake(&self, _: &[AccountId]) {}

    fn tell(&self, grown: &[(AccountId, InboxEvent)], sent: Vec<StoredMessage>) {
        let about = |id: MessageId| grown.iter().any(|(_, told)| told.subject == *id.as_bytes());
        assert!(sent.iter().all(|message| about(message.id)), "{grown:?}");
        self.0.lock().unwrap().extend(sent);
    }
}

/// Alice and Bob, and where they talk.
async fn settle(store: &dyn Store) -> [AccountId; 2] {
    let people = ["Alice", "bob"].map(account);
    let ids = [people[0].id, people[1].id];
    let pair = NewConversation {
        id: PAIR,
        pair: (ids[0], ids[1]),
        sealed_key: vec![3; 80],
        created_at: NOW,
    };
    let group = NewGroup {
        id: GROUP,
        sealed_key: vec![4; 80],
        sealed_title: None,
        shows_history: true,
        owner: ids[1],
        others: vec![ids[0]],
        created_at: NOW,
    };
    let settled: Result<(), StoreError> = store
        .write(move |tx| {
            for person in &people {
                let hash = PasswordHash::new("$h$".to_owned());
                tx.accounts().insert(person, &hash)?;
            }
            tx.conversations().find_or_insert_pair(&pair)?;
            tx.groups().insert(&group)
        })
        .await;
    settled.unwrap();
    ids
}

fn message(number: u8, conversation: ConversationId, sender: AccountId) -> NewMessage {
    NewMessage {
        id: MessageId::from_bytes([number; 16]),
        conversation,
        sender,
        client_id: ClientId::parse(&format!("c{number}")).unwrap(),
        digest: [7; 32],
        format: Format::Opaque,
        body: vec![number; 9],
        attachments: Vec::new(),
        sent_at: number.is_multiple_of(2).then_some(NOW),
        created_at: NOW,
        expires_at: (number == 3).then(|| Timestamp::from_seconds(99)),
    }
}

/// Whether it was sent, and not refused.
async fn send(store: &dyn Store, message: NewMessage, refused: bool) -> bool {
    let sending = Sending {
        conversation: message.conversation,
        sender: message.sender,
        client_id: message.client_id.clone(),
    };
    let say = move |tx: &mut dyn Tx| -> Result<(), StoreError> {
        let place = (message.conversation, message.sender);
        let found = tx.conversations().lock_membership(place.0, place.1)?;
        tx.messages()
            .find_sent(message.sender, &message.client_id)?;
        tx.messages().append(&message)?;
        let event = NewEvent {
            kind: EventKind::MessageCreated,
            subject: *message.id.as_bytes(),
            created_at: message.created_at,
        };
        tx.inbox().collect(&found.unwrap().members, event);
        if refused {
            Err(StoreError::Full)
        } else {
            Ok(())
        }
    };
    store.send(sending, say).await.is_ok()
}

async fn what_is_told_is_what_rests(store: &dyn Store, told: &Told) {
    let [alice, bob] = settle(store).await;
    let (one, two, three, refused, last) = tokio::join!(
        send(store, message(1, PAIR, alice), false),
        send(store, message(2, GROUP, alice), false),
        send(store, message(3, GROUP, bob), false),
        send(store, message(4, PAIR, bob), true),
        send(store, message(5, PAIR, bob), false),
    );
    assert_eq!(
        (one, two, three, refused, last),
        (true, true, true, false, true)
    );
    let found = as_they_rest(store, told, vec![1, 2, 3, 4, 5]).await;
    assert_eq!(found.len(), 4);

    // What the next one is handed on with is of today.
    let name = Username::parse("alicia").unwrap();
    let renamed = store.write(move |tx| tx.accounts().rename(alice, None, &name, NOW, NOW));
    let renamed: Result<bool, StoreError> = renamed.await;
    assert!(renamed.unwrap());
    assert!(send(store, message(6, PAIR, alice), false).await);
    let found = as_they_rest(store, told, vec![6]).await;
    let names = found.iter().map(|message| message.sender_username.as_str());
    assert_eq!(names.collect::<Vec<_>>(), ["alicia"]);
}

/// What was told since the last time, which is what the store says of these messages.
async fn as_they_rest(store: &dyn Store, told: &Told, numbers: Vec<u8>) -> Vec<StoredMessage> {
    let mut told = std::mem::take(&mut *told.0.lock().unwrap());
    told.sort_by_key(|message| message.id);
    let ids: Vec<MessageId> = numbers
        .into_iter()
        .map(|number| MessageId::from_bytes([number; 16]))
        .collect();
    let rest = store.read(move |tx| tx.messages().find_many(&ids)).await;
    let mut rest = rest.unwrap();
    rest.sort_by_key(|message| message.id);
    assert_eq!(told, rest);
    told
}

#[tokio::test]
async fn on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let told = Arc::new(Told::default());
    let path = folder.path().join("sent.db");
    let store = SqliteStore::open(&path, &SqliteOptions::default(), told.clone()).unwrap();
    what_is_told_is_what_rests(&store, &told).await;
}

#[tokio::test]
async fn on_postgres() {
    let Some(url) = postgres_url() else { return };
    let told = Arc::new(Told::default());
    let store = PostgresStore::open(&url, &PostgresOptions::default(), told.clone()).unwrap();
    what_is_told_is_what_rests(&store, &told).await;
}
