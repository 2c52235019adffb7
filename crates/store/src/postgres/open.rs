//! Opening a PostgreSQL database: reached, checked, migrated under a lock that instances share.

use std::sync::Arc;

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection, QueryResult};
use sealpost_domain::ports::WakeUps;
use thiserror::Error;
use tokio::runtime::Handle;

use super::PostgresStore;
use super::connection::{Session, unsafe_setting};
use crate::migrations::{self, MigrationError, MigrationMode, POSTGRES, Plan};
use crate::pool::Pool;

/// Held while one instance migrates; the number is arbitrary and Sealpost's own.
const MIGRATION_LOCK: &str = "SELECT pg_advisory_lock(6087543001)";
const MIGRATION_UNLOCK: &str = "SELECT pg_advisory_unlock(6087543001)";

/// How a database is opened.
#[derive(Debug, Clone)]
pub struct PostgresOptions {
    /// Connections of this instance; 1 or more.
    pub connections: u32,
    /// Whether the schema may be changed.
    pub migrate: MigrationMode,
}

impl Default for PostgresOptions {
    fn default() -> Self {
        Self {
            connections: 16,
            migrate: MigrationMode::Auto,
        }
    }
}

/// Why a database was not opened. No text carries the URL, which may hold a password.
#[derive(Debug, Error)]
pub enum OpenPostgresError {
    /// Not reached, or it refused the role.
    #[error("cannot connect to PostgreSQL")]
    Connect(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// It is set up so that acknowledged writes can be lost.
    #[error(
        "PostgreSQL has {name} = {value}, with which acknowledged messages can be lost: set it to {wanted}"
    )]
    NotDurable {
        /// The setting.
        name: &'static str,
        /// Its value.
        value: String,
        /// A safe value.
        wanted: &'static str,
    },
    /// A question about the server failed.
    #[error("PostgreSQL refused a question about its settings")]
    Settings(#[source] diesel::result::Error),
    /// The schema.
    #[error(transparent)]
    Migration(#[from] MigrationError),
}

impl PostgresStore {
    /// Opens the database at `url` (libpq's `postgres://` form). Blocks; must be called inside the tokio runtime whose
    /// blocking threads the units of work are to use. `wake_ups` hears of every inbox that grows here.
    ///
    /// # Errors
    /// [`OpenPostgresError`].
    pub fn open(
        url: &str,
        options: &PostgresOptions,
        wake_ups: Arc<dyn WakeUps>,
    ) -> Result<Self, OpenPostgresError> {
        let mut conn = PgConnection::establish(url)
            .map_err(|error| OpenPostgresError::Connect(error.into()))?;
        if let Some((name, value, wanted)) =
            unsafe_setting(&mut conn).map_err(OpenPostgresError::Settings)?
        {
            return Err(OpenPostgresError::NotDurable {
                name,
                value,
                wanted,
            });
        }
        migrate(&mut conn, options.migrate)?;
        let pool = Pool::open(
            url,
            options.connections,
            true,
            Box::new(Session),
            Handle::current(),
        )
        .map_err(|error| OpenPostgresError::Connect(error.into()))?;
        Ok(Self {
            pool: Arc::new(pool),
            wake_ups,
        })
    }
}

fn migrate(conn: &mut PgConnection, mode: MigrationMode) -> Result<(), MigrationError> {
    let failed = |error: diesel::result::Error| MigrationError::Failed(error.into());
    lock(conn).map_err(failed)?;
    let migrated = match migrations::plan(conn, POSTGRES, mode) {
        Ok(Plan::Nothing) => Ok(()),
        Ok(Plan::Create | Plan::Upgrade) => migrations::run(conn, POSTGRES),
        Err(error) => Err(error),
    };
    // The lock also ends with this connection, which is dropped next.
    conn.batch_execute(MIGRATION_UNLOCK).map_err(failed)?;
    migrated
}

fn lock(conn: &mut PgConnection) -> QueryResult<()> {
    // Quiet: diesel's table of versions is made with IF NOT EXISTS, which otherwise prints a notice.
    conn.batch_execute("SET client_min_messages = 'warning'")?;
    conn.batch_execute(MIGRATION_LOCK)
}
