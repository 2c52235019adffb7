//! Migrations come in pairs: they go up, down and up again to the same schema, on both engines, and both engines
//! have the same tables and columns.
#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use diesel::connection::SimpleConnection;
use diesel::sql_types::Text;
use diesel::{Connection, PgConnection, QueryableByName, RunQueryDsl, SqliteConnection, sql_query};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
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
