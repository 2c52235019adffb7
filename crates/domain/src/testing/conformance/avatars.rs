//! Cases of [`crate::ports::AvatarRepository`].

use std::sync::Arc;

use super::people::person;
use crate::accounts::{Account, AccountId};
use crate::avatars::{Avatar, AvatarName};
use crate::ports::{Constraint, Store, StoreError, StoreExt};

const fn name(byte: u8) -> AvatarName {
    AvatarName::from_bytes([byte; 16])
}

/// Chooses a picture and adds it, as an upload does.
async fn upload(store: &Arc<dyn Store>, account: AccountId, byte: u8) -> Result<bool, StoreError> {
    store
        .write(move |tx| {
            let chosen = tx.avatars().choose(account, Avatar::Uploaded(name(byte)))?;
            tx.avatars().insert(account, name(byte), &[byte; 5_000])?;
            Ok(chosen)
        })
        .await
}

async fn choose(store: &Arc<dyn Store>, account: AccountId, avatar: Avatar) -> bool {
    let chosen = store.write(move |tx| tx.avatars().choose(account, avatar));
    let chosen: Result<bool, StoreError> = chosen.await;
    chosen.unwrap()
}

async fn find(store: &Arc<dyn Store>, byte: u8) -> Option<Vec<u8>> {
    store
        .read(move |tx| tx.avatars().find(name(byte)))
        .await
        .unwrap()
}

async fn shown(store: &Arc<dyn Store>, account: AccountId) -> Avatar {
    let found: Option<Account> = store
        .read(move |tx| tx.accounts().find(account))
        .await
        .unwrap();
    found.unwrap().avatar
}

/// An account shows one picture; what it showed before is deleted, and what others show is not.
pub async fn one_picture_for_each_account(store: Arc<dyn Store>) {
    let alice = person(&store, "alice").await.id;
    let bob = person(&store, "bob").await.id;
    assert_eq!(shown(&store, alice).await, Avatar::Default);
    assert!(upload(&store, alice, 1).await.unwrap());
    assert!(upload(&store, bob, 2).await.unwrap());
    assert_eq!(shown(&store, alice).await, Avatar::Uploaded(name(1)));
    assert_eq!(find(&store, 1).await, Some(vec![1; 5_000]));

    assert!(upload(&store, alice, 3).await.unwrap());
    assert_eq!(find(&store, 1).await, None);
    assert_eq!(find(&store, 3).await, Some(vec![3; 5_000]));
    assert!(choose(&store, alice, Avatar::Uploaded(name(3))).await);
    assert_eq!(find(&store, 3).await, Some(vec![3; 5_000]));
    for stock in [Avatar::Fary, Avatar::Default] {
        assert!(choose(&store, alice, stock).await);
        assert_eq!(shown(&store, alice).await, stock);
        assert_eq!(find(&store, 3).await, None);
    }
    assert_eq!(find(&store, 2).await, Some(vec![2; 5_000]));
    let nobody = AccountId::from_bytes([9; 16]);
    assert!(!choose(&store, nobody, Avatar::Fary).await);
}

/// A name is there once.
pub async fn a_name_is_unique(store: Arc<dyn Store>) {
    let alice = person(&store, "alice").await.id;
    let bob = person(&store, "bob").await.id;
    assert!(upload(&store, alice, 1).await.unwrap());
    let refused = upload(&store, bob, 1).await;
    assert!(
        matches!(refused, Err(StoreError::Conflict(Constraint::Id))),
        "{refused:?}"
    );
    assert_eq!(shown(&store, bob).await, Avatar::Default);
}
