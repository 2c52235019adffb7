//! The store and the sealer of a data folder, as its server has them.

use std::sync::Arc;

use sealpost_crypto::{Keyring, MasterSealer, OsEntropy, SystemClock};
use sealpost_domain::Environment;
use sealpost_domain::accounts::AccountId;
use sealpost_domain::ports::{Store, WakeUps};
use sealpost_store::{PostgresOptions, PostgresStore, SqliteOptions, SqliteStore};

use crate::error::BenchError;
use crate::setup::{Place, execute};

/// Nobody waits for anything.
struct Nobody;

impl WakeUps for Nobody {
    fn wake(&self, _: &[AccountId]) {}
}

/// Opens the database of a folder on which no server runs.
pub(super) async fn open(place: &Place) -> Result<(Environment, MasterSealer), BenchError> {
    let key = std::fs::read_to_string(place.data_dir().join("master.key"))?;
    let keyring = Keyring::parse(&key).map_err(unusable)?;
    let file = place.data_dir().join("sealpost.db");
    let url = place.database_url.clone();
    let opened = tokio::task::spawn_blocking(move || match url {
        Some(url) => PostgresStore::open(&url, &PostgresOptions::default(), Arc::new(Nobody))
            .map(shared)
            .map_err(unusable),
        None => SqliteStore::open(&file, &SqliteOptions::default(), Arc::new(Nobody))
            .map(shared)
            .map_err(unusable),
    });
    let env = Environment {
        store: opened.await??,
        clock: Arc::new(SystemClock),
        entropy: Arc::new(OsEntropy),
    };
    Ok((env, MasterSealer::new(&keyring, Arc::new(OsEntropy))))
}

/// What PostgreSQL does by itself in time: later, its figures would be those of its tidying up.
pub(super) async fn settle(place: &Place) -> Result<(), BenchError> {
    let Some(url) = place.database_url.clone() else {
        return Ok(());
    };
    let tidied = tokio::task::spawn_blocking(move || {
        execute(&url, "VACUUM ANALYZE")?;
        execute(&url, "CHECKPOINT")
    });
    tidied.await?.map_err(BenchError::Postgres)
}

#[expect(clippy::needless_pass_by_value, reason = "`map_err` gives it away")]
fn unusable(error: impl ToString) -> BenchError {
    BenchError::NotSeeded(error.to_string())
}

fn shared(store: impl Store + 'static) -> Arc<dyn Store> {
    Arc::new(store)
}
