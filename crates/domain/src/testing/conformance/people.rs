//! Accounts and conversations for cases that need some.

use std::sync::Arc;

use crate::Timestamp;
use crate::accounts::{Account, AccountId};
use crate::conversations::{ConversationId, NewConversation};
use crate::messages::{ClientId, Format, MessageId};
use crate::ports::{NewMessage, PasswordHash, Store, StoreExt};
use crate::testing::account;

/// A stored account of this name.
pub(super) async fn person(store: &Arc<dyn Store>, username: &str) -> Account {
    let person = account(username);
    let row = person.clone();
    store
        .write(move |tx| {
            tx.accounts()
                .insert(&row, &PasswordHash::new("$h$".to_owned()))
        })
        .await
        .unwrap();
    person
}

/// A pair's conversation to be stored; the byte makes the id.
pub(super) fn pair(byte: u8, one: AccountId, other: AccountId) -> NewConversation {
    NewConversation {
        id: ConversationId::from_bytes([byte; 16]),
        pair: (one, other),
        sealed_key: vec![byte; 80],
        created_at: Timestamp::from_seconds(i64::from(byte)),
    }
}

/// A stored conversation of the two.
pub(super) async fn conversation(
    store: &Arc<dyn Store>,
    byte: u8,
    one: AccountId,
    other: AccountId,
) -> ConversationId {
    let new = pair(byte, one, other);
    store
        .write(move |tx| tx.conversations().find_or_insert_pair(&new))
        .await
        .unwrap()
}

/// The id of the sample message with this number.
pub(super) fn message_id(number: u32) -> MessageId {
    let mut id = [0x4D; 16];
    for (byte, digit) in id.iter_mut().zip(number.to_be_bytes()) {
        *byte = digit;
    }
    MessageId::from_bytes(id)
}

/// A message to be stored; the number makes its id and its client id.
pub(super) fn message(number: u32, conversation: ConversationId, sender: AccountId) -> NewMessage {
    NewMessage {
        id: message_id(number),
        conversation,
        sender,
        client_id: ClientId::parse(&format!("c{number}")).unwrap(),
        digest: [7; 32],
        format: Format::Opaque,
        body: format!("body {number}").into_bytes(),
        attachments: Vec::new(),
        sent_at: number.is_multiple_of(2).then(|| Timestamp::from_seconds(3)),
        created_at: Timestamp::from_seconds(4),
        expires_at: None,
    }
}
