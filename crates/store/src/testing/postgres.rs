use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection};
use sealpost_domain::ports::Store;

use super::{Nobody, cluster};
use crate::{PostgresOptions, PostgresStore};

/// Names a throw-away PostgreSQL database.
pub struct TestPostgres {
    url: String,
}

impl TestPostgres {
    /// Where it is.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }
}

/// The URL of a fresh, empty database. `None`, said loudly on standard error, when there is no PostgreSQL.
///
/// # Panics
/// If there is a cluster and it makes no database; under `CI` also when there is no cluster.
#[must_use]
pub fn postgres_url() -> Option<String> {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let number = NUMBER.fetch_add(1, Ordering::SeqCst);
    let name = format!("t{}_{number}", std::process::id());
    let mut admin =
        PgConnection::establish(&cluster::url("postgres")?).expect("the test cluster answers");
    admin
        .batch_execute(&format!("DROP DATABASE IF EXISTS {name}; "))
        .and_then(|()| admin.batch_execute(&format!("CREATE DATABASE {name}")))
        .expect("the test cluster makes databases");
    cluster::url(&name)
}

/// Breaks the connections over which the instances on this database tell each other hints.
///
/// # Panics
/// If the database does not answer.
pub fn break_hints(url: &str) {
    let mut conn = PgConnection::establish(url).expect("the test database answers");
    conn.batch_execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
         WHERE application_name = 'sealpost hints' AND datname = current_database()",
    )
    .expect("the test database ends connections");
}

/// A fresh, migrated database; None when there is no PostgreSQL (see [`postgres_url`]).
///
/// # Panics
/// As [`postgres_url`], and if the database cannot be opened.
pub async fn postgres() -> Option<(Arc<dyn Store>, TestPostgres)> {
    let url = postgres_url()?;
    let options = PostgresOptions {
        connections: 16,
        ..PostgresOptions::default()
    };
    let store =
        PostgresStore::open(&url, &options, Arc::new(Nobody)).expect("a fresh PostgreSQL database");
    Some((Arc::new(store), TestPostgres { url }))
}
