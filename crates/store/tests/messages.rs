//! What the database itself sees to: that a message keeps its number, that whoever goes leaves no message behind, and on PostgreSQL that
//! two messages of a conversation never have one number. (On SQLite whoever writes sees to that: `known.rs`.) On PostgreSQL it is done by
//! constraints, on SQLite by triggers, too.
#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use std::path::Path;
use std::sync::Arc;

use diesel::connection::SimpleConnection;
use diesel::query_dsl::LoadQuery;
use diesel::sql_types::BigInt;
use diesel::{
    Connection, PgConnection, QueryableByName, RunQueryDsl as _, SqliteConnection, sql_query,
};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use sealpost_store::testing::{Nobody, postgres_url};
use sealpost_store::{SqliteOptions, SqliteStore};

const POSTGRES: EmbeddedMigrations = embed_migrations!("../../migrations/postgres");

const ALICE: u8 = 1;
const BOB: u8 = 2;
const TALK: u8 = 3;

/// A message, once for each engine's way to write bytes.
fn message(number: u8, seq: u8, sender: u8, id: impl Fn(u8) -> String) -> String {
    let talk = id(TALK);
    let digest = id(4).replace(&"4".repeat(32), &"4".repeat(64));
    format!(
        "INSERT INTO messages (id, conversation_id, seq, sender_id, client_id, digest, format, body, created_at) \
         VALUES ({}, {talk}, {seq}, {}, 'c{number}', {digest}, 1, {talk}, 8)",
        id(number),
        id(sender)
    )
}

/// Two accounts and a group that neither of them is in any more.
fn settle(conn: &mut impl SimpleConnection, id: impl Fn(u8) -> String) {
    for (account, name) in [(id(ALICE), "a"), (id(BOB), "b")] {
        conn.batch_execute(&format!(
            "INSERT INTO accounts (id, username, username_key, password_hash, created_at) \
             VALUES ({account}, '{name}', '{name}', '', 5)"
        ))
        .unwrap();
    }
    let talk = id(TALK);
    conn.batch_execute(&format!(
        "INSERT INTO conversations (id, kind, sealed_key, created_at) VALUES ({talk}, 2, {talk}, 7)"
    ))
    .unwrap();
}

/// On SQLite: that both have written into the group, which each message refers to.
fn note_senders(conn: &mut SqliteConnection) {
    for account in [ALICE, BOB] {
        let (talk, account) = (sqlite_id(TALK), sqlite_id(account));
        conn.batch_execute(&format!(
            "INSERT INTO message_senders (conversation_id, sender_id) VALUES ({talk}, {account})"
        ))
        .unwrap();
    }
}

fn a_message_keeps_its_number(conn: &mut impl SimpleConnection, id: impl Fn(u8) -> String + Copy) {
    conn.batch_execute(&message(5, 1, ALICE, id)).unwrap();
    conn.batch_execute(&message(6, 2, ALICE, id)).unwrap();
    let moved = format!("UPDATE messages SET seq = 1 WHERE id = {}", id(6));
    conn.batch_execute(&moved).unwrap_err();
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

/// How many rows `table` has.
fn count<C>(conn: &mut C, table: &str) -> i64
where
    C: Connection,
    for<'q> diesel::query_builder::SqlQuery: LoadQuery<'q, C, Count>,
{
    let counted = sql_query(format!("SELECT count(*) AS n FROM {table}"));
    counted.get_result::<Count>(conn).unwrap().n
}

/// The account's messages go with it, also out of a group that it has left, and all of them with the group.
fn nothing_is_left_behind<C>(conn: &mut C, id: impl Fn(u8) -> String + Copy)
where
    C: Connection,
    for<'q> diesel::query_builder::SqlQuery: LoadQuery<'q, C, Count>,
{
    for (number, seq, sender) in [(5, 1, ALICE), (6, 2, BOB), (7, 3, ALICE), (8, 4, BOB)] {
        let said = message(number, seq, sender, id);
        conn.batch_execute(&said).unwrap();
    }
    let gone = format!("DELETE FROM accounts WHERE id = {}", id(ALICE));
    conn.batch_execute(&gone).unwrap();
    let of_bob = format!("messages WHERE sender_id = {}", id(BOB));
    assert_eq!((count(conn, "messages"), count(conn, &of_bob)), (2, 2));
    let gone = format!("DELETE FROM conversations WHERE id = {}", id(TALK));
    conn.batch_execute(&gone).unwrap();
    assert_eq!(count(conn, "messages"), 0);
}

/// Settled, and both may write.
fn sqlite(folder: &Path) -> SqliteConnection {
    let path = folder.join("m.db");
    drop(SqliteStore::open(&path, &SqliteOptions::default(), Arc::new(Nobody)).unwrap());
    let mut conn = SqliteConnection::establish(path.to_str().unwrap()).unwrap();
    conn.batch_execute("PRAGMA foreign_keys = ON").unwrap();
    settle(&mut conn, sqlite_id);
    note_senders(&mut conn);
    conn
}

fn sqlite_id(digit: u8) -> String {
    format!("x'{}'", digit.to_string().repeat(32))
}

fn postgres() -> Option<PgConnection> {
    let mut conn = PgConnection::establish(&postgres_url()?).unwrap();
    conn.run_pending_migrations(POSTGRES).unwrap();
    settle(&mut conn, postgres_id);
    Some(conn)
}

fn postgres_id(digit: u8) -> String {
    format!("'\\x{}'", digit.to_string().repeat(32))
}

#[tokio::test]
async fn a_message_keeps_its_number_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    a_message_keeps_its_number(&mut sqlite(folder.path()), sqlite_id);
}

#[test]
fn a_message_keeps_its_number_on_postgres() {
    let Some(mut conn) = postgres() else { return };
    a_message_keeps_its_number(&mut conn, postgres_id);
    let taken = message(7, 1, ALICE, postgres_id);
    let taken = conn.batch_execute(&taken).unwrap_err().to_string();
    assert!(taken.to_lowercase().contains("unique"), "{taken}");
}

#[tokio::test]
async fn nothing_is_left_behind_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let mut conn = sqlite(folder.path());
    nothing_is_left_behind(&mut conn, sqlite_id);
    assert_eq!(count(&mut conn, "message_senders"), 0);
}

#[test]
fn nothing_is_left_behind_on_postgres() {
    let Some(mut conn) = postgres() else { return };
    nothing_is_left_behind(&mut conn, postgres_id);
}
