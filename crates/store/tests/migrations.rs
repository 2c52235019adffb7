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
    assert_eq!(
        lines(sqlite, SQLITE_COLUMNS),
        lines(postgres, POSTGRES_COLUMNS)
    );
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
