//! Running migrations as SQLite wants it (<https://sqlite.org/lang_altertable.html#otheralter>): what its `ALTER TABLE` cannot do
//! is done by making a table anew, and with foreign keys on, dropping the old one would delete whatever refers to it.

use diesel::connection::SimpleConnection;
use diesel::result::Error as DieselError;
use diesel::sql_types::Text;
use diesel::{Connection, QueryableByName, RunQueryDsl, SqliteConnection, sql_query};
use diesel_migrations::MigrationHarness;
use thiserror::Error;

use crate::migrations::{MigrationError, SQLITE, log};

/// A migration left rows behind that refer to nothing.
#[derive(Debug, Error)]
#[error("rows of table {0} would refer to what is not there")]
struct Dangling(String);

/// Runs every pending migration, each in a transaction of its own that is kept only if every reference still leads somewhere.
/// Foreign keys are off meanwhile, and on afterwards; when it fails, the connection is to be dropped.
pub(super) fn run(conn: &mut SqliteConnection) -> Result<(), MigrationError> {
    let failed = |error: DieselError| MigrationError::Failed(error.into());
    // SQLite ignores this inside a transaction.
    conn.batch_execute("PRAGMA foreign_keys = OFF")
        .map_err(failed)?;
    let mut ran = Vec::new();
    let outcome = run_pending(conn, &mut ran);
    log(&ran);
    outcome.map_err(MigrationError::Failed)?;
    conn.batch_execute("PRAGMA foreign_keys = ON")
        .map_err(failed)
}

/// Notes in `ran` what is kept.
fn run_pending(conn: &mut SqliteConnection, ran: &mut Vec<String>) -> Result<(), BoxedError> {
    while conn.has_pending_migration(SQLITE)? {
        ran.push(conn.transaction(run_next).map_err(|Refused(error)| error)?);
    }
    Ok(())
}

type BoxedError = Box<dyn std::error::Error + Send + Sync>;

/// Why a migration is taken back.
struct Refused(BoxedError);

impl From<DieselError> for Refused {
    fn from(error: DieselError) -> Self {
        Self(error.into())
    }
}

fn run_next(conn: &mut SqliteConnection) -> Result<String, Refused> {
    #[derive(QueryableByName)]
    struct Violation {
        #[diesel(sql_type = Text)]
        table: String,
    }
    let version = conn.run_next_migration(SQLITE).map_err(Refused)?;
    let version = version.to_string();
    let dangling: Vec<Violation> =
        sql_query("SELECT \"table\" FROM pragma_foreign_key_check LIMIT 1").load(conn)?;
    match dangling.into_iter().next() {
        None => Ok(version),
        Some(Violation { table }) => Err(Refused(Dangling(table).into())),
    }
}
