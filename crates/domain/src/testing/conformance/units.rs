//! Cases of the unit of work itself: [`crate::ports::Store`] and [`crate::ports::Tx`].

use std::pin::Pin;
use std::sync::Arc;

use crate::Timestamp;
use crate::ports::{PasswordHash, Store, StoreError, StoreExt, Tx};
use crate::testing::account;

/// A unit of work that has been handed in.
type Pending<'a> = Pin<Box<dyn Future<Output = Result<(), StoreError>> + Send + 'a>>;

const NOW: Timestamp = Timestamp::from_seconds(1);

fn put(tx: &mut dyn Tx, name: &str) -> Result<(), StoreError> {
    tx.installation()
        .find_or_insert(name, b"value", NOW)
        .map(|_| ())
}

async fn has(store: &Arc<dyn Store>, name: &'static str) -> bool {
    store
        .read(move |tx| tx.installation().find(name))
        .await
        .unwrap()
        .is_some()
}

/// `Ok` keeps the work.
pub async fn ok_commits(store: Arc<dyn Store>) {
    store.write(|tx| put(tx, "kept")).await.unwrap();
    assert!(has(&store, "kept").await);
}

/// `Err` keeps nothing, and the rule's own error reaches the caller.
pub async fn err_rolls_back(store: Arc<dyn Store>) {
    let refused: Result<(), StoreError> = store
        .write(|tx| {
            put(tx, "lost")?;
            Err(StoreError::Full)
        })
        .await;
    assert!(matches!(refused, Err(StoreError::Full)), "{refused:?}");
    assert!(!has(&store, "lost").await);
}

fn insert_twice(tx: &mut dyn Tx) -> Result<(), StoreError> {
    let hash = PasswordHash::new("$h$".to_owned());
    tx.accounts().insert(&account("twin"), &hash)?;
    tx.accounts().insert(&account("twin"), &hash)
}

/// After a repository's `Err` every further call answers `Ended`.
pub async fn a_failed_unit_ends(store: Arc<dyn Store>) {
    let refused: Result<(), StoreError> = store
        .write(|tx| {
            assert!(matches!(insert_twice(tx), Err(StoreError::Conflict(_))));
            put(tx, "after")
        })
        .await;
    assert!(matches!(refused, Err(StoreError::Ended)), "{refused:?}");
}

/// A closure that ignores a failure and returns `Ok` keeps nothing, on either engine.
pub async fn a_swallowed_failure_keeps_nothing(store: Arc<dyn Store>) {
    let refused: Result<(), StoreError> = store
        .write(|tx| {
            put(tx, "before")?;
            let _ignored = insert_twice(tx);
            Ok(())
        })
        .await;
    assert!(refused.is_err());
    assert!(!has(&store, "before").await);
}

/// A panicking unit is rolled back and answered with an error; units beside it and after it go on.
pub async fn panic_harms_only_its_own_unit(store: Arc<dyn Store>) {
    let units: Vec<Pending> = vec![
        Box::pin(store.write(|tx| put(tx, "before"))),
        Box::pin(store.write(|tx| -> Result<(), StoreError> {
            put(tx, "doomed")?;
            panic!("a rule with a defect")
        })),
        Box::pin(store.write(|tx| put(tx, "beside"))),
    ];
    let mut outcomes = super::join_all(units).await.into_iter();
    outcomes.next().unwrap().unwrap();
    let bad = outcomes.next().unwrap();
    assert!(matches!(bad, Err(StoreError::Internal(_))), "{bad:?}");
    outcomes.next().unwrap().unwrap();
    assert!(!has(&store, "doomed").await);
    assert!(has(&store, "beside").await);
}

/// What a write acknowledged, the next read sees.
pub async fn a_read_sees_what_was_committed(store: Arc<dyn Store>) {
    for round in 0..50_u32 {
        let name = format!("n{round}");
        let written = name.clone();
        store.write(move |tx| put(tx, &written)).await.unwrap();
        let found = store
            .read(move |tx| tx.installation().find(&name))
            .await
            .unwrap();
        assert!(found.is_some(), "round {round}");
    }
}

/// One question sees what was committed; a second one is refused, and so is a write.
pub async fn an_ask_is_one_question(store: Arc<dyn Store>) {
    store.write(|tx| put(tx, "asked")).await.unwrap();
    let found = store.ask(|tx| tx.installation().find("asked")).await;
    assert!(found.unwrap().is_some());
    let two: Result<(), StoreError> = store
        .ask(|tx| {
            tx.installation().find("asked")?;
            tx.installation().find("asked").map(drop)
        })
        .await;
    assert!(matches!(two, Err(StoreError::Internal(_))), "{two:?}");
    let refused: Result<(), StoreError> = store
        .ask(|tx| {
            tx.installation().find("asked")?;
            put(tx, "written")
        })
        .await;
    assert!(refused.is_err());
    assert!(!has(&store, "written").await);
}

/// Sixty-four units at once, one in four refused: every acknowledged one is there and no refused one is.
pub async fn many_writers_lose_nothing(store: Arc<dyn Store>) {
    let writers: Vec<_> = (0..64_u32)
        .map(|n| {
            let store = Arc::clone(&store);
            async move {
                store
                    .write(move |tx| {
                        put(tx, &format!("w{n}"))?;
                        if n % 4 == 0 {
                            Err(StoreError::Full)
                        } else {
                            Ok(())
                        }
                    })
                    .await
            }
        })
        .collect();
    let results = super::join_all(writers).await;
    for (n, result) in (0_u32..).zip(results) {
        assert_eq!(result.is_ok(), n % 4 != 0, "writer {n}: {result:?}");
        let name = format!("w{n}");
        let found = store
            .read(move |tx| tx.installation().find(&name))
            .await
            .unwrap();
        assert_eq!(found.is_some(), n % 4 != 0, "writer {n}");
    }
}

/// The readiness probe really writes, and leaves nothing behind.
pub async fn probe_leaves_nothing(store: Arc<dyn Store>) {
    store.probe().await.unwrap();
    store.probe().await.unwrap();
}
