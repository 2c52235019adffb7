//! Opening a PostgreSQL database: reached, checked, migrated under a lock that instances share.

use std::sync::Arc;

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection, QueryResult};
use sealpost_domain::ports::WakeUps;
use thiserror::Error;
use tokio::runtime::Handle;

use super::PostgresStore;
use super::connection::{Session, foreign_language, unsafe_setting};
use super::sender::Sender;
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
        let first = with_timeouts(&with(url, &[START]));
        let url = &with_timeouts(url);
        let mut conn = PgConnection::establish(&first)
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
        let language = foreign_language(&mut conn).map_err(OpenPostgresError::Settings)?;
        if let Some(language) = language {
            tracing::warn!(
                %language,
                "PostgreSQL speaks another language than English, so that deadlocks are not recognised and their units of work \
                 fail instead of being repeated: have a superuser say ALTER ROLE … SET lc_messages = 'C'"
            );
        }
        migrate(&mut conn, options.migrate)?;
        let pool = Pool::open(
            url,
            options.connections,
            Box::new(Session),
            Handle::current(),
        )
        .map_err(|error| OpenPostgresError::Connect(error.into()))?;
        let pool = Arc::new(pool);
        let sender = Sender::new(Arc::clone(&pool), Arc::clone(&wake_ups));
        Ok(Self {
            pool,
            sender: Arc::new(sender),
            wake_ups,
        })
    }
}

/// What libpq is told unless the URL says otherwise, so that a connection that leads nowhere is found out: how long making
/// one may take, when an idle one is tried, and how long sent bytes may stay unanswered.
const TIMEOUTS: [(&str, &str); 5] = [
    ("connect_timeout", "2"),
    ("keepalives_idle", "5"),
    ("keepalives_interval", "2"),
    ("keepalives_count", "3"),
    ("tcp_user_timeout", "10000"),
];

/// The same of the connection that a start begins with: beside a machine that is busy starting, it may wait longer.
const START: (&str, &str) = ("connect_timeout", "10");

/// The URL with the time limits that it does not set itself.
pub(super) fn with_timeouts(url: &str) -> String {
    with(url, &TIMEOUTS)
}

fn with(url: &str, limits: &[(&str, &str)]) -> String {
    let said = url.split_once('?').map_or("", |(_, query)| query);
    let mut with = url.to_owned();
    for (name, value) in limits {
        let is_said = |pair: &str| pair.split('=').next() == Some(*name);
        if !said.split('&').any(is_said) {
            with.push(if with.contains('?') { '&' } else { '?' });
            with += &format!("{name}={value}");
        }
    }
    with
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_limits_are_added_to_those_that_the_url_sets() {
        let rest =
            "keepalives_idle=5&keepalives_interval=2&keepalives_count=3&tcp_user_timeout=10000";
        assert_eq!(
            with_timeouts("postgres://a:b@h/n"),
            format!("postgres://a:b@h/n?connect_timeout=2&{rest}")
        );
        assert_eq!(
            with_timeouts("postgres://h/n?sslmode=require&connect_timeout=9"),
            format!("postgres://h/n?sslmode=require&connect_timeout=9&{rest}")
        );
        assert_eq!(
            with_timeouts(&with("postgres://a:b@h/n", &[START])),
            format!("postgres://a:b@h/n?connect_timeout=10&{rest}")
        );
    }
}
