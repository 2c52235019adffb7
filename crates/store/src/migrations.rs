//! Which schema this binary wants, and how a database gets there.

use diesel::backend::Backend;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use thiserror::Error;

pub(crate) const SQLITE: EmbeddedMigrations = embed_migrations!("../../migrations/sqlite");
pub(crate) const POSTGRES: EmbeddedMigrations = embed_migrations!("../../migrations/postgres");

/// Whether opening a store may change its schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MigrationMode {
    /// Bring the schema up to date.
    #[default]
    Auto,
    /// Refuse to start on an older schema; `sealpost migrate` brings it up to date.
    Off,
}

/// Why the schema is not the one this binary wants.
#[derive(Debug, Error)]
pub enum MigrationError {
    /// A newer Sealpost has been here.
    #[error(
        "the database has schema {found}, newer than this binary's {known}: start the newer sealpost, or restore the backup from before the upgrade"
    )]
    Newer {
        /// Newest version in the database.
        found: String,
        /// Newest version this binary knows.
        known: String,
    },
    /// The schema is older and may not be changed.
    #[error(
        "the database lacks {0} migrations and SEALPOST_MIGRATE is off: run `sealpost migrate`"
    )]
    Pending(usize),
    /// A migration failed.
    #[error("a migration failed")]
    Failed(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// What has to be done to a database.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Plan {
    Nothing,
    /// The database is empty.
    Create,
    /// It holds data of an older schema.
    Upgrade,
}

/// Looks at the database without changing more than diesel's own table of versions.
pub(crate) fn plan<B: Backend, C: MigrationHarness<B>>(
    conn: &mut C,
    wanted: EmbeddedMigrations,
    mode: MigrationMode,
) -> Result<Plan, MigrationError> {
    let known = versions::<B>(&wanted)?;
    let applied = conn.applied_migrations().map_err(MigrationError::Failed)?;
    let pending = conn
        .pending_migrations(wanted)
        .map_err(MigrationError::Failed)?;
    if let Some(found) = applied
        .iter()
        .map(ToString::to_string)
        .max()
        .filter(|found| !known.contains(found))
    {
        let known = known.into_iter().max().unwrap_or_default();
        return Err(MigrationError::Newer { found, known });
    }
    match (pending.len(), mode) {
        (0, _) => Ok(Plan::Nothing),
        (count, MigrationMode::Off) => Err(MigrationError::Pending(count)),
        (_, MigrationMode::Auto) if applied.is_empty() => Ok(Plan::Create),
        (_, MigrationMode::Auto) => Ok(Plan::Upgrade),
    }
}

/// Runs every pending migration, each in a transaction of its own.
pub(crate) fn run<B: Backend, C: MigrationHarness<B>>(
    conn: &mut C,
    wanted: EmbeddedMigrations,
) -> Result<(), MigrationError> {
    let ran = conn
        .run_pending_migrations(wanted)
        .map_err(MigrationError::Failed)?;
    let ran: Vec<String> = ran.iter().map(ToString::to_string).collect();
    log(&ran);
    Ok(())
}

/// Says which migrations have run.
pub(crate) fn log(ran: &[String]) {
    if let Some(version) = ran.last() {
        tracing::info!(migrations = ran.len(), %version, "migrated the database");
    }
}

fn versions<B: Backend>(wanted: &EmbeddedMigrations) -> Result<Vec<String>, MigrationError> {
    use diesel::migration::{Migration, MigrationSource};
    let migrations: Vec<Box<dyn Migration<B>>> =
        wanted.migrations().map_err(MigrationError::Failed)?;
    Ok(migrations
        .iter()
        .map(|migration| migration.name().version().to_string())
        .collect())
}
