//! Opens the database that the configuration names.

use std::path::Path;
use std::sync::Arc;

use sealpost_crypto::OsEntropy;
use sealpost_domain::accounts::AccountId;
use sealpost_domain::ports::{Entropy as _, Store, WakeUps};
use sealpost_store::{
    Hearer, MigrationMode, PostgresBus, PostgresOptions, PostgresStore, SqliteOptions, SqliteStore,
};

use super::file_system::refuse_network;
use crate::StartError;
use crate::config::{DatabaseUrl, Migrate, Store as StoreConfig};

/// Opens the database and, if the configuration lets it, brings its schema up to date. `wake_ups` hears of every inbox
/// that grows.
pub(crate) async fn open(
    config: &StoreConfig,
    wake_ups: Arc<dyn WakeUps>,
) -> Result<Arc<dyn Store>, StartError> {
    let migrate = match config.migrate {
        Migrate::Auto => MigrationMode::Auto,
        Migrate::Off => MigrationMode::Off,
    };
    open_with(config, migrate, wake_ups).await
}

/// Brings the schema up to date whatever `SEALPOST_MIGRATE` says, and closes the database.
pub(crate) async fn migrate(config: &StoreConfig) -> Result<(), StartError> {
    open_with(config, MigrationMode::Auto, Arc::new(Nobody))
        .await
        .map(drop)
}

async fn open_with(
    config: &StoreConfig,
    migrate: MigrationMode,
    wake_ups: Arc<dyn WakeUps>,
) -> Result<Arc<dyn Store>, StartError> {
    let connections = u32::from(config.pool_size.get());
    match &config.database_url {
        DatabaseUrl::Sqlite(path) => open_sqlite(path, connections, migrate, wake_ups),
        DatabaseUrl::Postgres(url) => {
            let url = url.clone();
            let options = PostgresOptions {
                connections,
                migrate,
            };
            // libpq waits for the network; the runtime's threads must not.
            let opened = tokio::task::spawn_blocking(move || {
                PostgresStore::open(url.expose(), &options, wake_ups)
            })
            .await;
            let store = opened.map_err(|error| StartError::Runtime(error.into()))?;
            Ok(Arc::new(store.map_err(StartError::postgres)?))
        }
    }
}

/// The other instances on the same database; None where there can be none.
pub(crate) fn bus(
    config: &StoreConfig,
    hearer: Arc<dyn Hearer>,
) -> Result<Option<PostgresBus>, StartError> {
    let DatabaseUrl::Postgres(url) = &config.database_url else {
        return Ok(None);
    };
    let mut instance = [0; 8];
    OsEntropy.fill(&mut instance);
    let bus = PostgresBus::start(url.expose(), instance, hearer);
    bus.map(Some).map_err(StartError::Runtime)
}

fn open_sqlite(
    path: &Path,
    connections: u32,
    migrate: MigrationMode,
    wake_ups: Arc<dyn WakeUps>,
) -> Result<Arc<dyn Store>, StartError> {
    refuse_network(path)?;
    // SQLite's readers share one machine with everybody else: more of them than this only wait for the processor.
    let options = SqliteOptions {
        readers: connections.min(8),
        migrate,
        ..SqliteOptions::default()
    };
    Ok(Arc::new(
        SqliteStore::open(path, &options, wake_ups).map_err(StartError::sqlite)?,
    ))
}

/// For who only migrates or looks: nobody waits for an inbox.
pub(crate) struct Nobody;

impl WakeUps for Nobody {
    fn wake(&self, _: &[AccountId]) {}
}
