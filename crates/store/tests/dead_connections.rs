//! PostgreSQL has ended all connections that wait in the pool, as it does when it starts anew: nobody who comes then is refused.
#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use std::sync::Arc;
use std::sync::Barrier;

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection};
use sealpost_domain::Timestamp;
use sealpost_domain::accounts::AccountId;
use sealpost_domain::conversations::ConversationId;
use sealpost_domain::messages::ClientId;
use sealpost_domain::ports::{Sending, StoreError, StoreExt, Tx};
use sealpost_store::testing::{Nobody, postgres_url};
use sealpost_store::{PostgresOptions, PostgresStore};

const CONNECTIONS: u32 = 4;
const NOW: Timestamp = Timestamp::from_seconds(1);

/// Has all of the pool's connections made, by units that wait for each other.
async fn fill_the_pool(store: &Arc<PostgresStore>) {
    let together = Arc::new(Barrier::new(usize::try_from(CONNECTIONS).unwrap()));
    let units: Vec<_> = (0..CONNECTIONS)
        .map(|_| {
            let (store, together) = (Arc::clone(store), Arc::clone(&together));
            tokio::spawn(async move {
                let mut waited = false;
                let met = store.read(move |tx| {
                    if !std::mem::replace(&mut waited, true) {
                        together.wait();
                    }
                    tx.installation().find("nothing").map(drop)
                });
                met.await.unwrap();
            })
        })
        .collect();
    for unit in units {
        unit.await.unwrap();
    }
}

/// Ends the pool's connections, and says how many there were.
fn end_all(url: &str) -> usize {
    let mut conn = PgConnection::establish(url).unwrap();
    let mine = "FROM pg_stat_activity WHERE application_name = 'sealpost' AND datname = current_database()";
    let ended = diesel::sql_query(format!("SELECT pg_terminate_backend(pid) {mine}"));
    let count = diesel::RunQueryDsl::execute(ended, &mut conn).unwrap();
    // They end in their own time.
    let gone = format!(
        "DO $$ BEGIN WHILE EXISTS (SELECT 1 {mine}) LOOP PERFORM pg_sleep(0.01); \
         PERFORM pg_stat_clear_snapshot(); END LOOP; END $$"
    );
    conn.batch_execute(&gone).unwrap();
    count
}

fn put(tx: &mut dyn Tx) -> Result<(), StoreError> {
    tx.installation()
        .find_or_insert("kept", b"value", NOW)
        .map(drop)
}

fn find(tx: &mut dyn Tx) -> Result<(), StoreError> {
    tx.installation().find("kept").map(drop)
}

/// A send to a conversation that is not there, which its rule finds out.
async fn send(store: &PostgresStore) -> Result<(), StoreError> {
    let sending = Sending {
        conversation: ConversationId::from_bytes([1; 16]),
        sender: AccountId::from_bytes([2; 16]),
        client_id: ClientId::parse("a").unwrap(),
    };
    let nowhere = (sending.conversation, sending.sender);
    store
        .send(sending, move |tx: &mut dyn Tx| -> Result<(), StoreError> {
            let found = tx.conversations().lock_membership(nowhere.0, nowhere.1)?;
            assert_eq!(found, None);
            Ok(())
        })
        .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_comes_next_gets_another_one() {
    let Some(url) = postgres_url() else { return };
    let options = PostgresOptions {
        connections: CONNECTIONS,
        ..PostgresOptions::default()
    };
    let store = Arc::new(PostgresStore::open(&url, &options, Arc::new(Nobody)).unwrap());
    for kind in ["ask", "read", "write", "send"] {
        fill_the_pool(&store).await;
        assert_eq!(end_all(&url), 4, "{kind}");
        for round in 0..8 {
            let done = match kind {
                "ask" => store.ask(find).await,
                "read" => store.read(find).await,
                "write" => store.write(put).await,
                _ => send(&store).await,
            };
            assert!(done.is_ok(), "{kind}, round {round}: {done:?}");
        }
    }
    let kept = store.ask(|tx| tx.installation().find("kept")).await;
    assert!(kept.unwrap().is_some());
}
