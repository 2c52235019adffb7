//! PostgreSQL: a pool, a transaction for each unit of work, contention tried again.

mod arrays;
mod backend;
pub(crate) mod bulk;
mod bus;
mod connection;
pub(crate) mod expressions;
pub(crate) mod locks;
mod open;
mod sender;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use diesel::PgConnection;
use diesel::result::Error as DieselError;
use sealpost_domain::ports::{Sending, Store, StoreError, Unit, WakeUps};

use crate::failure::{Failure, is_contention, panicked, store_error};
use crate::news::News;
use crate::pool::Pool;
use backend::queries::{Ran, run_unit};
use sender::Sender;

pub use bus::{Hearer, PostgresBus};
pub use open::{OpenPostgresError, PostgresOptions};

/// How often a unit runs before contention is given up.
const ATTEMPTS: u32 = 4;

/// A PostgreSQL database. Cloning is cheap.
#[derive(Clone)]
pub struct PostgresStore {
    pool: Arc<Pool<PgConnection>>,
    sender: Arc<Sender>,
    wake_ups: Arc<dyn WakeUps>,
}

#[async_trait]
impl Store for PostgresStore {
    async fn run_write(&self, unit: Unit) -> Result<(), StoreError> {
        let wake_ups = Arc::clone(&self.wake_ups);
        // On the blocking thread, so that those who wait are woken although the caller has gone.
        self.pool
            .run(move |conn| write(conn, unit).map(|news| news.tell(&*wake_ups)))
            .await
    }

    async fn run_send(&self, sending: Sending, unit: Unit) -> Result<(), StoreError> {
        self.sender.run(sending, unit).await
    }

    async fn run_read(&self, unit: Unit) -> Result<(), StoreError> {
        self.pool.run(move |conn| read(conn, unit)).await
    }

    async fn probe(&self) -> Result<(), StoreError> {
        crate::failure::probe(self).await
    }
}

/// Why one attempt was rolled back.
enum Undone {
    /// The rule refused.
    Refused,
    /// The store failed.
    Failed(Failure, StoreError),
    /// `BEGIN` or `COMMIT` failed.
    Engine(DieselError),
}

impl From<DieselError> for Undone {
    fn from(error: DieselError) -> Self {
        Self::Engine(error)
    }
}

fn attempt(conn: &mut PgConnection, unit: &mut Unit) -> Result<News, Undone> {
    conn.build_transaction()
        .read_committed()
        .run(|conn| match run_unit(conn, unit) {
            Ran::Commit(news) => Ok(news),
            Ran::RollBack => Err(Undone::Refused),
            Ran::Failed(failure, error) => Err(Undone::Failed(failure, error)),
        })
}

/// Runs a unit until it is kept or refused; returns its news.
fn write(conn: &mut PgConnection, mut unit: Unit) -> Result<News, StoreError> {
    let mut number = 1;
    loop {
        let undone = match contained(|| attempt(conn, &mut unit))? {
            Ok(news) => return Ok(news),
            Err(Undone::Refused) => return Ok(News::default()),
            Err(undone) => undone,
        };
        let again = match &undone {
            Undone::Failed(failure, _) => *failure != Failure::Final,
            Undone::Engine(error) => is_contention(error),
            Undone::Refused => false,
        };
        if !again || number == ATTEMPTS {
            return Err(match undone {
                Undone::Engine(error) => store_error(error),
                Undone::Failed(_, error) => error,
                Undone::Refused => StoreError::Ended,
            });
        }
        std::thread::sleep(pause(number));
        number += 1;
    }
}

fn read(conn: &mut PgConnection, mut unit: Unit) -> Result<(), StoreError> {
    let ran = contained(|| {
        conn.build_transaction()
            .repeatable_read()
            .read_only()
            .run(|conn| Ok::<_, DieselError>(run_unit(conn, &mut unit)))
    })?;
    match ran.map_err(store_error)? {
        Ran::Commit(_) | Ran::RollBack => Ok(()),
        Ran::Failed(_, error) => Err(error),
    }
}

/// Runs `work` and turns a panic into an error. diesel notices the transaction that a panic left open, and the pool
/// then drops the connection.
fn contained<R>(work: impl FnOnce() -> R) -> Result<R, StoreError> {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(work))
        .map_err(|payload| panicked(&*payload))
}

/// Grows with each attempt, with some milliseconds of chance to part those who clashed.
fn pause(attempt: u32) -> Duration {
    use std::hash::{BuildHasher, RandomState};
    let jitter = RandomState::new().hash_one(attempt) % 10;
    Duration::from_millis(5 * u64::from(attempt) + jitter)
}
