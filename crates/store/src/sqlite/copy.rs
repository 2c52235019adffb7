//! Copies of a database file, made while others write, and what is in one.

use std::collections::BTreeSet;
use std::path::Path;

use diesel::connection::SimpleConnection;
use diesel::result::Error as DieselError;
use diesel::sql_types::{BigInt, Binary, Nullable, Text};
use diesel::{
    Connection, OptionalExtension, QueryableByName, RunQueryDsl, SqliteConnection, sql_query,
};
use sealpost_domain::master_keys::SealedColumn;
use thiserror::Error;

use super::connection::{OLDEST_LIBRARY, library_version};
use super::open::make_private;

/// Why there is no copy, or why it is none.
#[derive(Debug, Error)]
pub enum CopyError {
    /// A file cannot be made, or its path cannot be given to SQLite.
    #[error("cannot use the file {0}")]
    File(String),
    /// SQLite failed; the text is its own.
    #[error("SQLite cannot copy or read the database: {0}")]
    Engine(String),
    /// The copy is damaged.
    #[error("the copy of the database is damaged: {0}")]
    Damaged(String),
}

/// What is in a copy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CopiedDatabase {
    /// The newest migration that it has seen.
    pub schema: String,
    /// The sealed canary; None if no server has ever opened the database.
    pub canary: Option<Vec<u8>>,
    /// How its sealed values begin: as much as names their master keys. No two are alike.
    pub heads: BTreeSet<Vec<u8>>,
    /// The names of the blobs of files that are not deleted.
    pub blobs: Vec<Vec<u8>>,
    /// How many accounts there are.
    pub accounts: u64,
    /// How many messages.
    pub messages: u64,
}

/// Makes a complete copy (mode 0600) of the database file at `source`, as it is at one moment, whoever writes meanwhile.
/// There must be nothing at `target`.
///
/// # Errors
/// [`CopyError`]; what is at `target` then is to be removed.
pub fn copy_sqlite(source: &Path, target: &Path) -> Result<(), CopyError> {
    let url = source.to_str().filter(|_| source.is_file());
    let url = url.ok_or_else(|| unusable(source))?;
    let mut conn = SqliteConnection::establish(url).map_err(engine)?;
    let (version, number) = library_version(&mut conn).map_err(engine)?;
    if number < OLDEST_LIBRARY {
        return Err(CopyError::Engine(format!("{version} is too old")));
    }
    conn.batch_execute("PRAGMA busy_timeout = 5000; PRAGMA wal_autocheckpoint = 0;")
        .map_err(engine)?;
    make_private(target).map_err(|_| unusable(target))?;
    let quoted = target.to_str().ok_or_else(|| unusable(target))?;
    let quoted = quoted.replace('\'', "''");
    conn.batch_execute(&format!("VACUUM INTO '{quoted}'"))
        .map_err(engine)
}

/// Checks a copy that nobody writes to, page by page and reference by reference, and says what is in it. Nothing beside it
/// is made.
///
/// # Errors
/// [`CopyError`].
pub fn inspect_sqlite(copy: &Path) -> Result<CopiedDatabase, CopyError> {
    let path = copy.to_str().ok_or_else(|| unusable(copy))?;
    // Characters that mean something in an address.
    let path = path
        .replace('%', "%25")
        .replace('?', "%3f")
        .replace('#', "%23");
    let mut conn =
        SqliteConnection::establish(&format!("file:{path}?mode=ro&immutable=1")).map_err(engine)?;
    conn.batch_execute("PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON;")
        .map_err(engine)?;
    check(&mut conn)?;
    read(&mut conn).map_err(engine)
}

fn check(conn: &mut SqliteConnection) -> Result<(), CopyError> {
    let found: Vec<Words> =
        sql_query("SELECT integrity_check AS value FROM pragma_integrity_check LIMIT 3")
            .load(conn)
            .map_err(|error| CopyError::Damaged(error.to_string()))?;
    if let Some(wrong) = found.iter().find(|found| found.value != "ok") {
        return Err(CopyError::Damaged(wrong.value.clone()));
    }
    let dangling: Option<Words> =
        sql_query("SELECT \"table\" AS value FROM pragma_foreign_key_check LIMIT 1")
            .get_result(conn)
            .optional()
            .map_err(engine)?;
    match dangling {
        None => Ok(()),
        Some(Words { value }) => Err(CopyError::Damaged(format!(
            "rows of table {value} refer to what is not there"
        ))),
    }
}

fn read(conn: &mut SqliteConnection) -> Result<CopiedDatabase, DieselError> {
    let schema: Words = sql_query("SELECT max(version) AS value FROM __diesel_schema_migrations")
        .get_result(conn)?;
    let canary: Option<Bytes> =
        sql_query("SELECT sealed AS value FROM installation_secrets WHERE name = 'canary'")
            .get_result(conn)
            .optional()?;
    let blobs: Vec<Bytes> =
        sql_query("SELECT blob AS value FROM files WHERE deleted_at IS NULL ORDER BY blob")
            .load(conn)?;
    let mut heads = BTreeSet::new();
    for column in SealedColumn::ALL {
        if !has_column(conn, *column)? {
            continue;
        }
        let (table, column) = (column.table(), column.column());
        let found: Vec<Bytes> = sql_query(format!(
            "SELECT DISTINCT substr({column}, 1, 6) AS value FROM {table} WHERE {column} IS NOT NULL"
        ))
        .load(conn)?;
        heads.extend(found.into_iter().filter_map(|head| head.value));
    }
    Ok(CopiedDatabase {
        schema: schema.value,
        canary: canary.and_then(|canary| canary.value),
        heads,
        blobs: blobs.into_iter().filter_map(|blob| blob.value).collect(),
        accounts: count(conn, "accounts")?,
        messages: count(conn, "messages")?,
    })
}

/// A copy that an earlier release made may lack a column.
fn has_column(conn: &mut SqliteConnection, column: SealedColumn) -> Result<bool, DieselError> {
    let (table, column) = (column.table(), column.column());
    let found: Number = sql_query(format!(
        "SELECT count(*) AS value FROM pragma_table_info('{table}') WHERE name = '{column}'"
    ))
    .get_result(conn)?;
    Ok(found.value > 0)
}

fn count(conn: &mut SqliteConnection, table: &str) -> Result<u64, DieselError> {
    let found: Number =
        sql_query(format!("SELECT count(*) AS value FROM {table}")).get_result(conn)?;
    Ok(u64::try_from(found.value).unwrap_or_default())
}

fn unusable(path: &Path) -> CopyError {
    CopyError::File(path.display().to_string())
}

fn engine(error: impl std::fmt::Display) -> CopyError {
    CopyError::Engine(error.to_string())
}

#[derive(QueryableByName)]
struct Words {
    #[diesel(sql_type = Text)]
    value: String,
}

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    value: i64,
}

#[derive(QueryableByName)]
struct Bytes {
    #[diesel(sql_type = Nullable<Binary>)]
    value: Option<Vec<u8>>,
}
