//! How each connection to the database file is set up, and the proof that it took.

use diesel::connection::SimpleConnection;
use diesel::r2d2::CustomizeConnection;
use diesel::result::Error as DieselError;
use diesel::sql_types::{BigInt, Text};
use diesel::{QueryableByName, RunQueryDsl, SqliteConnection, sql_query};

/// For every connection. `FULL`: what was acknowledged survives a power cut. `secure_delete`: deleted rows are
/// overwritten. `mmap_size` 0: an I/O error is an error and not a signal.
const ALL: &str = "PRAGMA busy_timeout = 5000; PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF; \
    PRAGMA cell_size_check = ON; PRAGMA secure_delete = ON; PRAGMA mmap_size = 0; PRAGMA temp_store = MEMORY; \
    PRAGMA synchronous = FULL;";
/// Until the server serves, the writer moves the log by itself; then another one does ([`super::checkpoint`]). The writer keeps up to 8 MiB of pages: in a large database those who send need more than the 2 MiB that
/// SQLite keeps by itself, and nobody else changes them.
const WRITER: &str = "PRAGMA wal_autocheckpoint = 1000; PRAGMA cache_size = -8192;";
const CHECKPOINTER: &str = "PRAGMA wal_autocheckpoint = 0;";
const READER: &str = "PRAGMA wal_autocheckpoint = 0; PRAGMA query_only = ON;";

/// What must read back: a pragma that SQLite does not know is silently ignored.
const EXPECTED: [(&str, i64); 4] = [
    ("synchronous", 2),
    ("foreign_keys", 1),
    ("secure_delete", 1),
    ("busy_timeout", 5000),
];

/// 3.51.3: up to the one before, a WAL database under several connections can be corrupted.
pub(super) const OLDEST_LIBRARY: u64 = 3_051_003;

/// Sets up the writer's connection; the first one also makes the file a WAL database.
pub(super) fn set_up_writer(conn: &mut SqliteConnection) -> Result<(), DieselError> {
    conn.batch_execute("PRAGMA journal_mode = WAL;")?;
    set_up(conn, WRITER)
}

/// Sets up the connection that moves the log from now on, so that the writer does not.
pub(super) fn set_up_checkpointer(
    conn: &mut SqliteConnection,
    writer: &mut SqliteConnection,
) -> Result<(), DieselError> {
    set_up(conn, CHECKPOINTER)?;
    writer.batch_execute(CHECKPOINTER)
}

fn set_up(conn: &mut SqliteConnection, role: &str) -> Result<(), DieselError> {
    conn.batch_execute(ALL)?;
    conn.batch_execute(role)?;
    for (pragma, expected) in EXPECTED {
        let column = if pragma == "busy_timeout" {
            "timeout"
        } else {
            pragma
        };
        let query = format!("SELECT {column} AS value FROM pragma_{pragma}");
        let found = sql_query(query).get_result::<Number>(conn)?.value;
        if found != expected {
            return Err(DieselError::QueryBuilderError(
                format!("SQLite answers {found} for PRAGMA {pragma}, expected {expected}").into(),
            ));
        }
    }
    Ok(())
}

/// Sets up each connection of the reading pool.
#[derive(Debug)]
pub(super) struct Reader;

impl CustomizeConnection<SqliteConnection, diesel::r2d2::Error> for Reader {
    fn on_acquire(&self, conn: &mut SqliteConnection) -> Result<(), diesel::r2d2::Error> {
        set_up(conn, READER).map_err(diesel::r2d2::Error::QueryError)
    }
}

/// The version of the library that was linked, as `major * 1_000_000 + minor * 1_000 + patch`.
pub(super) fn library_version(conn: &mut SqliteConnection) -> Result<(String, u64), DieselError> {
    let text = sql_query("SELECT sqlite_version() AS value")
        .get_result::<Words>(conn)?
        .value;
    let number = text
        .split('.')
        .map(|part| part.parse::<u64>().unwrap_or(0))
        .chain(std::iter::repeat(0))
        .take(3)
        .fold(0, |sum, part| sum * 1_000 + part);
    Ok((text, number))
}

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    value: i64,
}

#[derive(QueryableByName)]
struct Words {
    #[diesel(sql_type = Text)]
    value: String,
}
