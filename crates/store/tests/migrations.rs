//! Migrations come in pairs: they go up, down and up again to the same schema, on both engines, and both engines
//! have the same tables and columns.
#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use diesel::backend::Backend;
use diesel::connection::SimpleConnection;
use diesel::sql_types::Text;
use diesel::{Connection, PgConnection, QueryableByName, RunQueryDsl, SqliteConnection, sql_query};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use sealpost_domain::master_keys::SealedColumn;
use sealpost_domain::ports::{Constraint, PasswordHash, StoreError, StoreExt};
use sealpost_store::testing::{Nobody, postgres_url};
use sealpost_store::{MigrationError, MigrationMode, OpenSqliteError, SqliteOptions, SqliteStore};

const SQLITE: EmbeddedMigrations = embed_migrations!("../../migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("../../migrations/postgres");

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

fn lines<C>(conn: &mut C, query: &str) -> BTreeSet<String>
where
    C: Connection,
    for<'q> diesel::query_builder::SqlQuery: diesel::query_dsl::LoadQuery<'q, C, Line>,
{
    sql_query(query)
        .load::<Line>(conn)
        .unwrap()
        .into_iter()
        .map(|row| row.line)
        .collect()
}

const SQLITE_SCHEMA: &str = "SELECT coalesce(sql, name) AS line FROM sqlite_schema \
    WHERE tbl_name <> '__diesel_schema_migrations'";
const SQLITE_COLUMNS: &str = "SELECT t.name || '.' || c.name AS line \
    FROM sqlite_schema t JOIN pragma_table_info(t.name) c \
    WHERE t.type = 'table' AND t.name <> '__diesel_schema_migrations'";
const SQLITE_EVENTS: &str =
    "SELECT 'inbox_events.' || name AS line FROM pragma_table_info('inbox_events')";
const POSTGRES_SCHEMA: &str = "SELECT table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable \
    AS line FROM information_schema.columns \
    WHERE table_schema = 'public' AND table_name <> '__diesel_schema_migrations' \
    UNION ALL SELECT indexdef FROM pg_indexes \
    WHERE schemaname = 'public' AND tablename <> '__diesel_schema_migrations' \
    UNION ALL SELECT conrelid::regclass || ' ' || pg_get_constraintdef(oid) FROM pg_constraint \
    WHERE connamespace = 'public'::regnamespace AND contype <> 'n' \
    AND conrelid::regclass::text <> '__diesel_schema_migrations'";
const POSTGRES_COLUMNS: &str = "SELECT table_name || '.' || column_name AS line \
    FROM information_schema.columns \
    WHERE table_schema = 'public' AND table_name <> '__diesel_schema_migrations'";

/// Columns that begin with `sealed` and are under another key than the master's (conversations' and custodians'), or are
/// moments or a number of bytes.
const NOT_UNDER_THE_MASTER_KEY: [&str; 5] = [
    "conversations.sealed_title",
    "custodial_keys.sealed_private",
    "master_keys.sealed_from",
    "master_keys.sealed_until",
    "uploads.sealed",
];

/// What is not in the list of the domain would be lost with the first master key that is destroyed.
#[test]
fn every_sealed_column_is_sealed_anew_when_the_master_key_changes() {
    let folder = tempfile::tempdir().unwrap();
    let mut conn = sqlite(&folder.path().join("s.db"));
    conn.run_pending_migrations(SQLITE).unwrap();
    let columns = lines(&mut conn, SQLITE_COLUMNS);
    let listed: BTreeSet<String> = SealedColumn::ALL
        .iter()
        .map(|column| format!("{}.{}", column.table(), column.column()))
        .collect();
    let strangers: Vec<_> = listed.difference(&columns).collect();
    assert!(strangers.is_empty(), "not in the schema: {strangers:?}");
    let forgotten: Vec<_> = columns
        .iter()
        .filter(|column| column.contains(".sealed"))
        .filter(|column| !listed.contains(*column))
        .filter(|column| !NOT_UNDER_THE_MASTER_KEY.contains(&column.as_str()))
        .collect();
    assert!(forgotten.is_empty(), "not in the list: {forgotten:?}");
}

fn sqlite(path: &Path) -> SqliteConnection {
    SqliteConnection::establish(path.to_str().unwrap()).unwrap()
}

#[test]
fn sqlite_goes_up_down_and_up_to_the_same_schema() {
    let folder = tempfile::tempdir().unwrap();
    let conn = &mut sqlite(&folder.path().join("m.db"));
    conn.run_pending_migrations(SQLITE).unwrap();
    let first = lines(conn, SQLITE_SCHEMA);
    assert!(first.len() > 5);
    conn.revert_all_migrations(SQLITE).unwrap();
    assert_eq!(lines(conn, SQLITE_SCHEMA), BTreeSet::new());
    conn.run_pending_migrations(SQLITE).unwrap();
    assert_eq!(lines(conn, SQLITE_SCHEMA), first);
}

#[test]
fn postgres_goes_up_down_and_up_to_the_same_schema() {
    let Some(url) = postgres_url() else { return };
    let conn = &mut PgConnection::establish(&url).unwrap();
    conn.run_pending_migrations(POSTGRES).unwrap();
    let first = lines(conn, POSTGRES_SCHEMA);
    assert!(first.len() > 5);
    conn.revert_all_migrations(POSTGRES).unwrap();
    assert_eq!(lines(conn, POSTGRES_SCHEMA), BTreeSet::new());
    conn.run_pending_migrations(POSTGRES).unwrap();
    assert_eq!(lines(conn, POSTGRES_SCHEMA), first);
}

#[test]
fn both_engines_have_the_same_tables_and_columns() {
    let Some(url) = postgres_url() else { return };
    let folder = tempfile::tempdir().unwrap();
    let sqlite = &mut sqlite(&folder.path().join("m.db"));
    sqlite.run_pending_migrations(SQLITE).unwrap();
    let postgres = &mut PgConnection::establish(&url).unwrap();
    postgres.run_pending_migrations(POSTGRES).unwrap();
    let mut columns = lines(sqlite, SQLITE_COLUMNS);
    // How SQLite finds an account's messages; PostgreSQL has a key that begins with the sender.
    columns.retain(|column| !column.starts_with("message_senders."));
    // On SQLite a view shows the events of two tables, which are alike.
    for place in ["older_", "recent_"] {
        let events = columns.extract_if(.., |column| column.starts_with(place));
        let shown: BTreeSet<String> = events.map(|column| column.replacen(place, "", 1)).collect();
        assert_eq!(shown, lines(sqlite, SQLITE_EVENTS), "{place}");
    }
    columns.extend(lines(sqlite, SQLITE_EVENTS));
    assert_eq!(columns, lines(postgres, POSTGRES_COLUMNS));
}

const CLAIMS: &str = "00000000000021";
const ADDRESSES: &str = "SELECT username || ' ' || coalesce(email, '-') || ' ' || coalesce(claimed_email, '-') \
    AS line FROM accounts";

/// Runs what comes before this migration.
fn up_to<C: MigrationHarness<DB>, DB: Backend>(
    conn: &mut C,
    migrations: fn() -> EmbeddedMigrations,
    version: &str,
) {
    let next = |conn: &mut C| {
        let pending = conn.pending_migrations(migrations()).unwrap();
        pending.first().unwrap().name().version().to_string()
    };
    while next(conn) != version {
        conn.run_next_migration(migrations()).unwrap();
    }
}

/// Adds an account as schemas 15 and 21 both have it; the bytes of its id are written as the engine wants.
fn account(id: &str, name: &str, columns: &str, values: &str) -> String {
    format!(
        "INSERT INTO accounts (id, username, username_key, password_hash, created_at{columns}) \
         VALUES ({id}, '{name}', '{name}', '', 5{values})"
    )
}

/// An address that was not proved becomes a claim, and on the way back the oldest claim has it unless somebody has
/// proved it. `id` makes an id of one digit as the engine writes it.
fn addresses_become_claims_and_back<C, DB>(
    conn: &mut C,
    migrations: fn() -> EmbeddedMigrations,
    id: impl Fn(u8) -> String,
) where
    C: MigrationHarness<DB> + SimpleConnection + Connection<Backend = DB>,
    DB: Backend,
    for<'q> diesel::query_builder::SqlQuery: diesel::query_dsl::LoadQuery<'q, C, Line>,
{
    let set = |lines: [&str; 3]| {
        lines
            .map(str::to_owned)
            .into_iter()
            .collect::<BTreeSet<_>>()
    };
    up_to(conn, migrations, CLAIMS);
    let email = ", email, email_key";
    let proved = format!("{email}, email_verified_at");
    for sql in [
        account(&id(1), "a", &proved, ", 'A@x', 'a@x', 7"),
        account(&id(2), "b", email, ", 'B@x', 'b@x'"),
        account(&id(3), "c", "", ""),
    ] {
        conn.batch_execute(&sql).unwrap();
    }
    let old = lines(conn, &ADDRESSES.replace("claimed_email", "NULL"));
    conn.run_next_migration(migrations()).unwrap();
    assert_eq!(lines(conn, ADDRESSES), set(["a A@x -", "b - B@x", "c - -"]));
    let claim = ", claimed_email, claimed_email_key";
    for sql in [
        account(&id(4), "d", claim, ", 'a@x', 'a@x'"),
        account(&id(5), "e", claim, ", 'b@X', 'b@x'"),
    ] {
        conn.batch_execute(&sql).unwrap();
    }
    conn.revert_last_migration(migrations()).unwrap();
    conn.batch_execute("DELETE FROM accounts WHERE username IN ('d', 'e') AND email IS NULL")
        .unwrap();
    assert_eq!(
        lines(conn, &ADDRESSES.replace("claimed_email", "NULL")),
        old
    );
}

#[test]
fn addresses_become_claims_and_back_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let conn = &mut sqlite(&folder.path().join("m.db"));
    let id = |digit: u8| format!("x'{}'", digit.to_string().repeat(32));
    addresses_become_claims_and_back(conn, || SQLITE, id);
}

#[test]
fn addresses_become_claims_and_back_on_postgres() {
    let Some(url) = postgres_url() else { return };
    let conn = &mut PgConnection::establish(&url).unwrap();
    let id = |digit: u8| format!("'\\x{}'", digit.to_string().repeat(32));
    addresses_become_claims_and_back(conn, || POSTGRES, id);
}

const GROUPS: &str = "00000000000022";
/// Everything that hangs on a conversation, from the account of a sender to the file that came with a message.
const TALK: &str = "SELECT accounts.username || ' ' || messages.seq || ' ' || CAST(conversations.created_at AS TEXT) || ' ' \
    || CAST(chat_numbers.chat_number AS TEXT) || ' ' || CAST(deliveries.taken_at AS TEXT) \
    || CASE WHEN attachments.file_id IS NULL THEN '' ELSE ' with a file' END AS line \
    FROM messages JOIN accounts ON accounts.id = messages.sender_id \
    JOIN conversations ON conversations.id = messages.conversation_id \
    JOIN members ON members.conversation_id = conversations.id AND members.account_id = accounts.id \
    JOIN chat_numbers ON chat_numbers.conversation_id = conversations.id \
    JOIN deliveries ON deliveries.message_id = messages.id \
    LEFT JOIN attachments ON attachments.message_id = messages.id";
const MEMBERS: &str = "SELECT accounts.username || ' ' || CAST(members.role AS TEXT) || ' ' \
    || CAST(members.joined_at AS TEXT) || ' ' || CAST(members.first_seq AS TEXT) || ' ' \
    || CAST(conversations.kind AS TEXT) || ' ' || CAST(conversations.member_count AS TEXT) AS line \
    FROM members JOIN accounts ON accounts.id = members.account_id \
    JOIN conversations ON conversations.id = members.conversation_id";

/// 32 bytes of one digit: an id's text, twice as long.
fn digest(id: &impl Fn(u8) -> String, digit: u8) -> String {
    let digits = digit.to_string().repeat(32);
    id(digit).replace(&digits, &digits.repeat(2))
}

/// A pair that talks, in schema 21; `id` makes an id of one digit as the engine writes it.
fn pair_that_talks(id: &impl Fn(u8) -> String) -> Vec<String> {
    let (a, b, talk) = (id(1), id(2), id(3));
    let digest = |digit| digest(id, digit);
    let message = |number: u8, sender: &str| {
        format!(
            "INSERT INTO messages (id, conversation_id, seq, sender_id, client_id, digest, format, body, created_at) \
             VALUES ({}, {talk}, {}, {sender}, 'c{number}', {}, 1, {}, 8)",
            id(number),
            number - 4,
            digest(number),
            id(9)
        )
    };
    let delivery = |number: u8| {
        format!(
            "INSERT INTO deliveries (message_id, receiver_id, sender_id, taken_at) VALUES ({}, {b}, {a}, {number}000)",
            id(number)
        )
    };
    let member = |who: &str| {
        format!("INSERT INTO members (conversation_id, account_id) VALUES ({talk}, {who})")
    };
    vec![
        account(&a, "a", "", ""),
        account(&b, "b", "", ""),
        format!(
            "INSERT INTO conversations (id, pair, sealed_key, last_seq, created_at) VALUES ({talk}, {}, {}, 2, 7)",
            digest(1),
            id(9)
        ),
        member(&a),
        member(&b),
        message(5, &a),
        message(6, &b),
        delivery(5),
        delivery(6),
        format!(
            "INSERT INTO chat_numbers (conversation_id, chat_number, initiator_id) VALUES ({talk}, 1, {a})"
        ),
        format!(
            "INSERT INTO files (id, owner_id, blob, size, digest, sealed_key, sealed_type, created_at) \
             VALUES ({}, {a}, {}, 1, {}, {}, {}, 6)",
            id(7),
            id(7),
            digest(7),
            id(9),
            id(9)
        ),
        format!(
            "INSERT INTO attachments (message_id, file_id) VALUES ({}, {})",
            id(5),
            id(7)
        ),
    ]
}

/// A group with a message, and events of every kind that groups have.
fn group(id: &impl Fn(u8) -> String) -> Vec<String> {
    let (a, talk) = (id(1), id(4));
    let digest = digest(id, 1);
    let mut group = vec![
        format!(
            "INSERT INTO conversations (id, kind, sealed_key, created_at) VALUES ({talk}, 2, {}, 7)",
            id(9)
        ),
        format!("INSERT INTO members (conversation_id, account_id, role) VALUES ({talk}, {a}, 3)"),
        format!(
            "INSERT INTO messages (id, conversation_id, seq, sender_id, client_id, digest, format, body, created_at) \
             VALUES ({}, {talk}, 1, {a}, 'g', {digest}, 1, {}, 8)",
            id(8),
            id(9)
        ),
        format!("INSERT INTO inboxes (account_id, head) VALUES ({a}, 33)"),
    ];
    group.extend((30..=33).map(|kind: u8| {
        format!(
            "INSERT INTO inbox_events (account_id, event_offset, kind, subject, created_at) \
             VALUES ({a}, {kind}, {kind}, {talk}, 1)"
        )
    }));
    group
}

const EVENTS: &str =
    "SELECT CAST(event_offset AS TEXT) || ' ' || CAST(kind AS TEXT) AS line FROM inbox_events";

fn set<const N: usize>(lines: [&str; N]) -> BTreeSet<String> {
    lines.map(str::to_owned).into_iter().collect()
}

/// What is there once the groups have come, and once they have gone again.
fn a_pair_outlives_groups<C, DB>(
    conn: &mut C,
    migrations: fn() -> EmbeddedMigrations,
    id: &impl Fn(u8) -> String,
) where
    C: MigrationHarness<DB> + SimpleConnection + Connection<Backend = DB>,
    DB: Backend,
    for<'q> diesel::query_builder::SqlQuery: diesel::query_dsl::LoadQuery<'q, C, Line>,
{
    let talk = set(["a 1 7 1 5000 with a file", "b 2 7 1 6000"]);
    assert_eq!(lines(conn, TALK), talk);
    assert_eq!(lines(conn, MEMBERS), set(["a 1 7 1 1 2", "b 1 7 1 1 2"]));
    for sql in group(id) {
        conn.batch_execute(&sql).unwrap();
    }
    conn.revert_last_migration(migrations()).unwrap();
    assert_eq!(lines(conn, TALK), talk);
    let left = "SELECT CAST(count(*) AS TEXT) AS line FROM";
    for (table, rows) in [("conversations", "1"), ("members", "2"), ("messages", "2")] {
        assert_eq!(lines(conn, &format!("{left} {table}")), set([rows]));
    }
    // The log keeps its offsets; what they were about is gone.
    assert_eq!(lines(conn, EVENTS), set(["30 2", "31 2", "32 2", "33 2"]));
    conn.run_next_migration(migrations()).unwrap();
    assert_eq!(lines(conn, TALK), talk);
}

#[tokio::test]
async fn what_pairs_said_is_there_after_groups_came_to_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("m.db");
    let conn = &mut sqlite(&path);
    let id = |digit: u8| format!("x'{}'", digit.to_string().repeat(32));
    up_to(conn, || SQLITE, GROUPS);
    for sql in pair_that_talks(&id) {
        conn.batch_execute(&sql).unwrap();
    }
    // As an operator's upgrade does it: with the foreign keys that every connection of the store has.
    SqliteStore::open(&path, &SqliteOptions::default(), Arc::new(Nobody)).unwrap();
    let kinds = "SELECT CAST(digest_kind AS TEXT) AS line FROM files";
    assert_eq!(lines(conn, kinds), set(["1"]), "it was SHA-256");
    // Migrations run without them, on the way back too.
    conn.batch_execute("PRAGMA foreign_keys = OFF").unwrap();
    let later = migrations_after_groups(conn);
    for _ in 0..later {
        conn.revert_last_migration(SQLITE).unwrap();
    }
    a_pair_outlives_groups(conn, || SQLITE, &id);
    let violations = "SELECT \"table\" AS line FROM pragma_foreign_key_check";
    assert_eq!(lines(conn, violations), BTreeSet::new());
}

/// How many migrations a current database has that came after the groups.
fn migrations_after_groups(conn: &mut SqliteConnection) -> usize {
    let applied = conn.applied_migrations().unwrap();
    let later = applied
        .iter()
        .filter(|version| version.to_string().as_str() > GROUPS);
    later.count()
}

#[test]
fn what_pairs_said_is_there_after_groups_came_to_postgres() {
    let Some(url) = postgres_url() else { return };
    let conn = &mut PgConnection::establish(&url).unwrap();
    let id = |digit: u8| format!("'\\x{}'", digit.to_string().repeat(32));
    up_to(conn, || POSTGRES, GROUPS);
    for sql in pair_that_talks(&id) {
        conn.batch_execute(&sql).unwrap();
    }
    conn.run_next_migration(POSTGRES).unwrap();
    a_pair_outlives_groups(conn, || POSTGRES, &id);
}

#[tokio::test]
async fn a_migration_that_leaves_something_dangling_is_taken_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("m.db");
    let conn = &mut sqlite(&path);
    let id = |digit: u8| format!("x'{}'", digit.to_string().repeat(32));
    up_to(conn, || SQLITE, GROUPS);
    conn.batch_execute(&format!(
        "PRAGMA foreign_keys = OFF; INSERT INTO members (conversation_id, account_id) VALUES ({}, {})",
        id(1),
        id(2)
    ))
    .unwrap();
    let refused = SqliteStore::open(&path, &SqliteOptions::default(), Arc::new(Nobody))
        .err()
        .expect("a row that refers to nothing");
    assert!(
        matches!(
            refused,
            OpenSqliteError::Migration(MigrationError::Failed(_))
        ),
        "{refused}"
    );
    let pending = conn.pending_migrations(SQLITE).unwrap();
    assert_eq!(
        pending.first().unwrap().name().version().to_string(),
        GROUPS
    );
}

#[tokio::test]
async fn names_from_before_are_compared_by_their_looks_once_that_is_computed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("m.db");
    let options = SqliteOptions::default();
    let store = SqliteStore::open(&path, &options, Arc::new(Nobody)).unwrap();
    let old = [1, 2, 3].map(|digit: u8| {
        let id = format!("x'{}'", digit.to_string().repeat(32));
        account(&id, &format!("paypal{digit}"), "", "")
    });
    sqlite(&path).batch_execute(&old.join(";")).unwrap();
    for (limit, computed) in [(2, 2), (2, 1), (2, 0)] {
        let filled: Result<u64, StoreError> = store
            .write(move |tx| tx.accounts().fill_skeletons(limit))
            .await;
        assert_eq!(filled.unwrap(), computed);
    }
    let lookalike = sealpost_domain::testing::account("раураl2");
    let hash = PasswordHash::new(String::new());
    let refused: Result<(), StoreError> = store
        .write(move |tx| tx.accounts().insert(&lookalike, &hash))
        .await;
    let refused = refused.unwrap_err();
    assert!(
        matches!(refused, StoreError::Conflict(Constraint::Username)),
        "{refused:?}"
    );
}

#[tokio::test]
async fn a_newer_schema_is_refused_and_an_older_one_too_when_told_so() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("m.db");
    let off = SqliteOptions {
        migrate: MigrationMode::Off,
        ..SqliteOptions::default()
    };
    let refused = SqliteStore::open(&path, &off, Arc::new(Nobody))
        .err()
        .expect("an empty database lacks everything");
    assert!(
        matches!(
            refused,
            OpenSqliteError::Migration(MigrationError::Pending(_))
        ),
        "{refused}"
    );

    SqliteStore::open(&path, &SqliteOptions::default(), Arc::new(Nobody)).unwrap();
    sqlite(&path)
        .batch_execute("INSERT INTO __diesel_schema_migrations (version) VALUES ('99999999999999')")
        .unwrap();
    let refused = SqliteStore::open(&path, &SqliteOptions::default(), Arc::new(Nobody))
        .err()
        .expect("newer than the binary");
    assert!(
        matches!(
            refused,
            OpenSqliteError::Migration(MigrationError::Newer { .. })
        ),
        "{refused}"
    );
}
