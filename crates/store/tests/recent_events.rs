//! SQLite keeps the last events of all logs together, and moves them many at a time: nobody who reads a log can tell.
#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use std::path::Path;
use std::sync::Arc;

use diesel::connection::SimpleConnection;
use diesel::sql_types::BigInt;
use diesel::{Connection, QueryableByName, RunQueryDsl, SqliteConnection, sql_query};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use sealpost_domain::Timestamp;
use sealpost_domain::accounts::AccountId;
use sealpost_domain::inbox::{EventKind, NewEvent, Window};
use sealpost_domain::ports::{PasswordHash, Store, StoreError, StoreExt, WakeUps};
use sealpost_domain::testing::account;
use sealpost_store::testing::sqlite;
use sealpost_store::{SqliteOptions, SqliteStore};

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("../../migrations/sqlite");
/// Before this migration each log had a place of its own only.
const RECENT: &str = "00000000000039";

struct Nobody;

impl WakeUps for Nobody {
    fn wake(&self, _: &[AccountId]) {}
}

async fn join(store: &dyn Store, name: &str) -> AccountId {
    let person = account(name);
    let id = person.id;
    let joined: Result<(), StoreError> = store
        .write(move |tx| {
            tx.accounts()
                .insert(&person, &PasswordHash::new("$h$".to_owned()))
        })
        .await;
    joined.unwrap();
    id
}

/// Adds so many events to each of these logs, one commit for all.
async fn add(store: &dyn Store, to: &[AccountId], count: u64) {
    let to = to.to_vec();
    let added: Result<(), StoreError> = store
        .write(move |tx| {
            for number in 0..count {
                let event = NewEvent {
                    kind: EventKind::ConversationCreated,
                    subject: [5; 16],
                    created_at: Timestamp::from_seconds(i64::try_from(number).unwrap()),
                };
                tx.inbox().collect(&to, event);
            }
            Ok(())
        })
        .await;
    added.unwrap();
}

/// The offsets that somebody who reads this log page by page finds, and what it says of itself.
async fn read(store: &dyn Store, of: AccountId) -> (Vec<u64>, Window) {
    let read: Result<_, StoreError> = store
        .read(move |tx| {
            let mut offsets = Vec::new();
            let mut after = 0;
            loop {
                let page = tx.inbox().page(of, after, 70)?;
                let Some(last) = page.last() else { break };
                after = last.offset;
                offsets.extend(page.iter().map(|event| event.offset));
            }
            let window = tx.inbox().window(of)?.unwrap();
            assert_eq!(tx.inbox().heads(&[of])?, [(of, window.latest)]);
            Ok((offsets, window))
        })
        .await;
    read.unwrap()
}

async fn holds(store: &dyn Store, of: AccountId, offsets: std::ops::RangeInclusive<u64>) {
    let (found, window) = read(store, of).await;
    assert_eq!(window.latest, *offsets.end());
    assert_eq!(window.earliest, *offsets.start());
    assert_eq!(found, offsets.collect::<Vec<_>>());
}

async fn trim(store: &dyn Store, of: AccountId, through: u64) {
    let trimmed: Result<(), StoreError> = store.write(move |tx| tx.inbox().trim(of, through)).await;
    trimmed.unwrap();
}

/// How many events lie where their logs do, and how many together.
fn places(path: &Path) -> (i64, i64) {
    #[derive(QueryableByName)]
    struct Places {
        #[diesel(sql_type = BigInt)]
        older: i64,
        #[diesel(sql_type = BigInt)]
        recent: i64,
    }
    let mut conn = SqliteConnection::establish(path.to_str().unwrap()).unwrap();
    let places: Places = sql_query(
        "SELECT (SELECT count(*) FROM older_inbox_events) AS older, (SELECT count(*) FROM recent_inbox_events) AS recent",
    )
    .get_result(&mut conn)
    .unwrap();
    (places.older, places.recent)
}

/// The writer moves them after it has answered; a unit that comes after that waits for it.
async fn moved(store: &dyn Store) {
    let waited: Result<(), StoreError> = store.write(|_| Ok(())).await;
    waited.unwrap();
}

#[tokio::test]
async fn a_log_is_one_wherever_its_events_lie() {
    let Some((store, guard)) = sqlite().await else {
        return;
    };
    let (alice, bob) = (join(&*store, "alice").await, join(&*store, "bob").await);
    add(&*store, &[alice], 3).await;
    moved(&*store).await;
    assert_eq!(places(&guard.path()), (3, 0), "those from before a start");
    add(&*store, &[alice, bob], 900).await;
    assert_eq!(places(&guard.path()), (3, 1_800));
    holds(&*store, alice, 1..=903).await;
    holds(&*store, bob, 1..=900).await;
    add(&*store, &[alice], 200).await;
    moved(&*store).await;
    assert_eq!(places(&guard.path()), (2_003, 0), "they are many now");
    holds(&*store, alice, 1..=1_103).await;
    add(&*store, &[alice, bob], 7).await;
    holds(&*store, alice, 1..=1_110).await;
    holds(&*store, bob, 1..=907).await;
    assert_eq!(places(&guard.path()), (2_003, 14));
}

#[tokio::test]
async fn what_is_trimmed_is_gone_from_both_places() {
    let Some((store, guard)) = sqlite().await else {
        return;
    };
    let (alice, bob) = (join(&*store, "alice").await, join(&*store, "bob").await);
    add(&*store, &[alice, bob], 10).await;
    moved(&*store).await;
    add(&*store, &[alice, bob], 10).await;
    assert_eq!(places(&guard.path()), (20, 20));
    trim(&*store, alice, 5).await;
    holds(&*store, alice, 6..=20).await;
    trim(&*store, alice, 15).await;
    holds(&*store, alice, 16..=20).await;
    trim(&*store, alice, 99).await;
    assert_eq!(read(&*store, alice).await.0, Vec::<u64>::new());
    assert_eq!(places(&guard.path()), (10, 10), "Bob's");
    // Numbers go on where they were.
    add(&*store, &[alice], 2).await;
    holds(&*store, alice, 21..=22).await;
    let gone: Result<(), StoreError> = store
        .write(move |tx| tx.accounts().remove(bob).map(drop))
        .await;
    gone.unwrap();
    assert_eq!(places(&guard.path()), (0, 2));
}

fn open(path: &Path) -> SqliteStore {
    SqliteStore::open(path, &SqliteOptions::default(), Arc::new(Nobody)).unwrap()
}

/// A database that was closed with half of a log in each place; whose log it is.
async fn stopped(path: &Path) -> AccountId {
    let store = open(path);
    let alice = join(&store, "alice").await;
    add(&store, &[alice], 4).await;
    moved(&store).await;
    add(&store, &[alice], 4).await;
    drop(store);
    assert_eq!(places(path), (4, 4));
    alice
}

#[tokio::test]
async fn a_log_goes_on_after_a_start() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("test.db");
    let alice = stopped(&path).await;
    let store = open(&path);
    holds(&store, alice, 1..=8).await;
    add(&store, &[alice], 1).await;
    holds(&store, alice, 1..=9).await;
    moved(&store).await;
    assert_eq!(places(&path), (9, 0));
}

#[tokio::test]
async fn all_are_there_on_the_way_back_and_forth_again() {
    #[derive(QueryableByName)]
    struct Count {
        #[diesel(sql_type = BigInt)]
        count: i64,
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("test.db");
    let alice = stopped(&path).await;
    let mut conn = SqliteConnection::establish(path.to_str().unwrap()).unwrap();
    conn.batch_execute("PRAGMA foreign_keys = OFF").unwrap();
    let mut reverted = conn.revert_last_migration(MIGRATIONS).unwrap();
    while reverted.to_string().as_str() > RECENT {
        reverted = conn.revert_last_migration(MIGRATIONS).unwrap();
    }
    let there: Count = sql_query("SELECT count(*) AS count FROM inbox_events")
        .get_result(&mut conn)
        .unwrap();
    assert_eq!(there.count, 8);
    drop(conn);
    let store = open(&path);
    assert_eq!(places(&path), (8, 0));
    holds(&store, alice, 1..=8).await;
}
