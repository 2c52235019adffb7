//! Cases of [`crate::ports::MailboxKeyRepository`].

use std::sync::Arc;

use super::people::person;
use crate::Timestamp;
use crate::keys::KeyId;
use crate::mailbox_keys::{KeyText, MailboxKey};
use crate::ports::{Store, StoreExt};

fn key(byte: u8) -> MailboxKey {
    MailboxKey {
        id: KeyId::from_bytes([byte; 16]),
        text: KeyText::restore(format!("KEY\n{byte} é")),
        thumbprint: byte.is_multiple_of(2).then_some([byte; 32]),
        in_ring: byte.is_multiple_of(2),
        created_at: Timestamp::from_seconds(i64::from(byte)),
    }
}

/// An account has one key: the one that was set last.
pub async fn the_last_one_set_is_the_accounts(store: Arc<dyn Store>) {
    let alice = person(&store, "alice").await.id;
    let bob = person(&store, "bob").await.id;
    for byte in 1..=3 {
        let new = key(byte);
        store
            .write(move |tx| tx.mailbox_keys().put(alice, &new))
            .await
            .unwrap();
        let found = store
            .read(move |tx| tx.mailbox_keys().find(alice))
            .await
            .unwrap();
        assert_eq!(found, Some(key(byte)));
    }
    let bobs = store
        .read(move |tx| tx.mailbox_keys().find(bob))
        .await
        .unwrap();
    assert_eq!(bobs, None);
}

/// The id of a key leads to its owner, as long as it is set.
pub async fn owners_are_found_by_key(store: Arc<dyn Store>) {
    let alice = person(&store, "alice").await.id;
    for byte in 1..=2 {
        let new = key(byte);
        store
            .write(move |tx| tx.mailbox_keys().put(alice, &new))
            .await
            .unwrap();
    }
    let ids = [1, 2, 3].map(|byte| KeyId::from_bytes([byte; 16]));
    let found = store
        .read(move |tx| tx.mailbox_keys().find_owners(&ids))
        .await
        .unwrap();
    let [(id, owner)] = found.as_slice() else {
        panic!("one of three is set: {found:?}")
    };
    assert_eq!((id, owner.account), (&key(2).id, alice));
    assert_eq!(owner.username.as_str(), "alice");
}
