//! Cases of [`crate::ports::SessionRepository`].

use std::sync::Arc;

use crate::accounts::Account;
use crate::ports::{Constraint, PasswordHash, Store, StoreError, StoreExt};
use crate::sessions::{Dialect, Session, SessionId};
use crate::testing::{account, session};

async fn alice(store: &Arc<dyn Store>) -> Account {
    let alice = account("alice");
    let row = alice.clone();
    store
        .write(move |tx| {
            tx.accounts()
                .insert(&row, &PasswordHash::new("$h$".to_owned()))
        })
        .await
        .unwrap();
    alice
}

async fn insert(store: &Arc<dyn Store>, session: Session) -> Result<(), StoreError> {
    store.write(move |tx| tx.sessions().insert(&session)).await
}

/// Every field comes back, for each dialect.
pub async fn found_as_inserted(store: Arc<dyn Store>) {
    let alice = alice(&store).await;
    for dialect in Dialect::ALL {
        let mut id = [7; 16];
        id[0] = u8::try_from(dialect.code()).unwrap();
        let session = Session {
            id: SessionId::from_bytes(id),
            dialect,
            refresh_digest: [id[0]; 32],
            ..session(alice.id)
        };
        insert(&store, session.clone()).await.unwrap();
        let id = session.id;
        let found = store.read(move |tx| tx.sessions().find(id)).await.unwrap();
        assert_eq!(found, Some(session));
    }
    let unknown = SessionId::from_bytes([0xFF; 16]);
    assert_eq!(
        store
            .read(move |tx| tx.sessions().find(unknown))
            .await
            .unwrap(),
        None
    );
}

/// An id names one session.
pub async fn id_is_unique(store: Arc<dyn Store>) {
    let session = session(alice(&store).await.id);
    insert(&store, session.clone()).await.unwrap();
    let refused = insert(&store, session).await;
    assert!(
        matches!(refused, Err(StoreError::Conflict(Constraint::Id))),
        "{refused:?}"
    );
}
