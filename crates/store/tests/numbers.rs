//! The database itself sees to it that two messages of a conversation never have one number: on PostgreSQL by a constraint, on
//! SQLite by triggers.
#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use std::sync::Arc;

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection, SqliteConnection};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use sealpost_store::testing::{Nobody, postgres_url};
use sealpost_store::{SqliteOptions, SqliteStore};

const POSTGRES: EmbeddedMigrations = embed_migrations!("../../migrations/postgres");

/// A message, once for each engine's way to write bytes.
fn message(number: u8, seq: u8, id: impl Fn(u8) -> String) -> String {
    let talk = id(3);
    let digest = id(4).replace(&"4".repeat(32), &"4".repeat(64));
    format!(
        "INSERT INTO messages (id, conversation_id, seq, sender_id, client_id, digest, format, body, created_at) \
         VALUES ({}, {talk}, {seq}, {}, 'c{number}', {digest}, 1, {talk}, 8)",
        id(number),
        id(1)
    )
}

fn no_number_is_given_twice(conn: &mut impl SimpleConnection, id: impl Fn(u8) -> String + Copy) {
    let (account, talk) = (id(1), id(3));
    conn.batch_execute(&format!(
        "INSERT INTO accounts (id, username, username_key, password_hash, created_at) VALUES ({account}, 'a', 'a', '', 5)"
    ))
    .unwrap();
    conn.batch_execute(&format!(
        "INSERT INTO conversations (id, kind, sealed_key, created_at) VALUES ({talk}, 2, {talk}, 7)"
    ))
    .unwrap();
    conn.batch_execute(&message(5, 1, id)).unwrap();
    let taken = conn.batch_execute(&message(6, 1, id)).unwrap_err();
    assert!(
        taken.to_string().to_lowercase().contains("unique"),
        "{taken}"
    );
    conn.batch_execute(&message(6, 2, id)).unwrap();
    let moved = format!("UPDATE messages SET seq = 1 WHERE id = {}", id(6));
    conn.batch_execute(&moved).unwrap_err();
}

#[tokio::test]
async fn no_number_is_given_twice_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("n.db");
    drop(SqliteStore::open(&path, &SqliteOptions::default(), Arc::new(Nobody)).unwrap());
    let mut conn = SqliteConnection::establish(path.to_str().unwrap()).unwrap();
    no_number_is_given_twice(&mut conn, |digit| {
        format!("x'{}'", digit.to_string().repeat(32))
    });
}

#[test]
fn no_number_is_given_twice_on_postgres() {
    let Some(url) = postgres_url() else { return };
    let mut conn = PgConnection::establish(&url).unwrap();
    conn.run_pending_migrations(POSTGRES).unwrap();
    no_number_is_given_twice(&mut conn, |digit| {
        format!("'\\x{}'", digit.to_string().repeat(32))
    });
}
