//! Whoever sends mail is told of it once it is committed, and not before.
#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use sealpost_domain::Timestamp;
use sealpost_domain::accounts::AccountId;
use sealpost_domain::mail::{MailId, MailTemplate, SealedMail};
use sealpost_domain::ports::{Store, StoreError, StoreExt, Tx, WakeUps};
use sealpost_store::testing::postgres_url;
use sealpost_store::{PostgresOptions, PostgresStore, SqliteOptions, SqliteStore};

#[derive(Default)]
struct Counting(AtomicU32);

impl WakeUps for Counting {
    fn wake(&self, _: &[AccountId]) {}

    fn mail_waits(&self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

const NOW: Timestamp = Timestamp::from_seconds(1_000);

fn insert(tx: &mut dyn Tx, number: u8) -> Result<(), StoreError> {
    tx.outbox().insert(&SealedMail {
        id: MailId::from_bytes([number; 16]),
        template: MailTemplate::Test,
        payload: vec![1],
        created_at: NOW,
        not_after: Timestamp::from_seconds(2_000),
    })
}

async fn told_after_the_commit(store: &dyn Store, told: &Counting) {
    let count = || told.0.load(Ordering::SeqCst);
    let refused: Result<(), StoreError> = store
        .write(|tx| {
            insert(tx, 1)?;
            Err(StoreError::Full)
        })
        .await;
    assert!(refused.is_err());
    store
        .write(|tx| tx.outbox().lease_next(NOW, NOW).map(drop))
        .await
        .unwrap();
    assert_eq!(count(), 0);
    store.write(|tx| insert(tx, 2)).await.unwrap();
    assert_eq!(count(), 1);
    let hastened = store.write(|tx| tx.outbox().hasten(MailId::from_bytes([2; 16]), 0, NOW));
    assert!(hastened.await.unwrap());
    assert_eq!(count(), 2);
}

#[tokio::test]
async fn on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let told = Arc::new(Counting::default());
    let path = folder.path().join("w.db");
    let store = SqliteStore::open(&path, &SqliteOptions::default(), told.clone()).unwrap();
    told_after_the_commit(&store, &told).await;
}

#[tokio::test]
async fn on_postgres() {
    let Some(url) = postgres_url() else { return };
    let told = Arc::new(Counting::default());
    let store = PostgresStore::open(&url, &PostgresOptions::default(), told.clone()).unwrap();
    told_after_the_commit(&store, &told).await;
}
