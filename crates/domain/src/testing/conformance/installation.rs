//! Cases of [`crate::ports::InstallationRepository`].

use std::sync::Arc;

use crate::Timestamp;
use crate::ports::{Store, StoreExt};

/// Of two values proposed for one name the first stays, and both callers get it.
pub async fn the_first_value_stays(store: Arc<dyn Store>) {
    let now = Timestamp::from_seconds(1);
    assert_eq!(
        store.read(|tx| tx.installation().find("x")).await.unwrap(),
        None
    );
    for proposed in [b"first".to_vec(), b"second".to_vec()] {
        let kept = store
            .write(move |tx| tx.installation().find_or_insert("x", &proposed, now))
            .await
            .unwrap();
        assert_eq!(kept, b"first");
    }
    assert_eq!(
        store.read(|tx| tx.installation().find("x")).await.unwrap(),
        Some(b"first".to_vec())
    );
    assert_eq!(
        store.read(|tx| tx.installation().find("y")).await.unwrap(),
        None
    );
}

/// A value that is there can be replaced.
pub async fn replaced_if_there(store: Arc<dyn Store>) {
    let now = Timestamp::from_seconds(1);
    let replace = async |name: &'static str| {
        let replaced = store.write(move |tx| tx.installation().replace(name, b"second", now));
        replaced.await.unwrap()
    };
    assert!(!replace("x").await);
    let first = store.write(move |tx| tx.installation().find_or_insert("x", b"first", now));
    first.await.unwrap();
    assert!(replace("x").await);
    assert_eq!(
        store.read(|tx| tx.installation().find("x")).await.unwrap(),
        Some(b"second".to_vec())
    );
}
