//! Opening a database file: made if need be, checked, migrated.

use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use diesel::connection::SimpleConnection;
use diesel::{Connection, SqliteConnection};
use sealpost_domain::ports::WakeUps;
use thiserror::Error;
use tokio::runtime::Handle;

use super::SqliteStore;
use super::checkpoint::Checkpointer;
use super::connection::{
    OLDEST_LIBRARY, Reader, library_version, set_up_checkpointer, set_up_writer,
};
use super::known::Known;
use super::migrate;
use super::writer::Writer;
use crate::migrations::{self, MigrationError, MigrationMode, Plan, SQLITE};
use crate::pool::Pool;

/// How a database file is opened.
#[derive(Debug, Clone)]
pub struct SqliteOptions {
    /// Connections that read; 1 or more.
    pub readers: u32,
    /// Units of work that may wait for the writer; past it the store answers that it is overloaded.
    pub queue: usize,
    /// Whether the schema may be changed.
    pub migrate: MigrationMode,
}

impl Default for SqliteOptions {
    fn default() -> Self {
        Self {
            readers: 4,
            queue: 1024,
            migrate: MigrationMode::Auto,
        }
    }
}

/// Why a database file was not opened.
#[derive(Debug, Error)]
pub enum OpenSqliteError {
    /// The file cannot be made or opened.
    #[error("cannot open the database file {path}")]
    File {
        /// Which file.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
    /// The path is not UTF-8, which the driver needs.
    #[error("the path of the database file is not UTF-8")]
    Path,
    /// It is no database, is damaged, or SQLite refused a setting.
    #[error("SQLite cannot use the database file {path}")]
    Database {
        /// Which file.
        path: PathBuf,
        /// SQLite's reason.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The linked SQLite is too old to be safe.
    #[error("this binary is linked with SQLite {0}; at least 3.51.3 is needed")]
    Library(String),
    /// The schema.
    #[error(transparent)]
    Migration(#[from] MigrationError),
}

impl SqliteStore {
    /// Opens the database in the file at `path`, making it (mode 0600) if it is not there. Must be called inside the
    /// tokio runtime whose blocking threads the reads are to use. `wake_ups` hears of every inbox that grows.
    ///
    /// # Errors
    /// [`OpenSqliteError`].
    pub fn open(
        path: &Path,
        options: &SqliteOptions,
        wake_ups: Arc<dyn WakeUps>,
    ) -> Result<Self, OpenSqliteError> {
        let url = path.to_str().ok_or(OpenSqliteError::Path)?;
        let unusable = |source| OpenSqliteError::Database {
            path: path.to_owned(),
            source,
        };
        make_private(path)?;
        let mut conn = SqliteConnection::establish(url).map_err(|error| unusable(error.into()))?;
        let (version, number) =
            library_version(&mut conn).map_err(|error| unusable(error.into()))?;
        if number < OLDEST_LIBRARY {
            return Err(OpenSqliteError::Library(version));
        }
        set_up_writer(&mut conn).map_err(|error| unusable(error.into()))?;
        bring_up_to_date(&mut conn, path, options.migrate)?;
        Known::watch(&mut conn).map_err(|error| unusable(error.into()))?;
        let readers = Pool::open(url, options.readers, Box::new(Reader), Handle::current())
            .map_err(|error| unusable(error.into()))?;
        let mut beside =
            SqliteConnection::establish(url).map_err(|error| unusable(error.into()))?;
        set_up_checkpointer(&mut beside, &mut conn).map_err(|error| unusable(error.into()))?;
        let writer = Checkpointer::start(beside)
            .and_then(|checkpointer| Writer::start(conn, checkpointer, options.queue, wake_ups))
            .map_err(|source| OpenSqliteError::File {
                path: path.to_owned(),
                source,
            })?;
        Ok(Self {
            writer: Arc::new(writer),
            readers: Arc::new(readers),
        })
    }
}

/// The file must be made by us: SQLite would make it readable to others. Its side files inherit the mode.
pub(super) fn make_private(path: &Path) -> Result<(), OpenSqliteError> {
    OpenOptions::new()
        .create(true)
        .append(true)
        .mode(0o600)
        .open(path)
        .map(drop)
        .map_err(|source| OpenSqliteError::File {
            path: path.to_owned(),
            source,
        })
}

fn bring_up_to_date(
    conn: &mut SqliteConnection,
    path: &Path,
    mode: MigrationMode,
) -> Result<(), OpenSqliteError> {
    match migrations::plan(conn, SQLITE, mode)? {
        Plan::Nothing => return Ok(()),
        Plan::Create => {}
        Plan::Upgrade => back_up(conn, path)?,
    }
    Ok(migrate::run(conn)?)
}

/// A complete copy beside the file, so that an upgrade can be taken back. An earlier copy is kept: it may be the only
/// good one if an upgrade was tried, failed and is tried again.
fn back_up(conn: &mut SqliteConnection, path: &Path) -> Result<(), OpenSqliteError> {
    let mut copy = path.as_os_str().to_owned();
    copy.push(".before-upgrade");
    let copy = PathBuf::from(copy);
    if copy.exists() {
        tracing::warn!(path = %copy.display(), "keeping the earlier copy from before an upgrade; none was made now");
        return Ok(());
    }
    make_private(&copy)?;
    let quoted = copy.to_string_lossy().replace('\'', "''");
    conn.batch_execute(&format!("VACUUM INTO '{quoted}'"))
        .map_err(|error| OpenSqliteError::Database {
            path: copy,
            source: error.into(),
        })
}
