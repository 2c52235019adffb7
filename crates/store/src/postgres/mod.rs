//! PostgreSQL: a pool, a transaction for each unit of work, contention tried again.

mod arrays;
mod ask;
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
use diesel::connection::{AnsiTransactionManager, TransactionManager};
use diesel::result::Error as DieselError;
use sealpost_domain::ports::{Sending, Store, StoreError, Unit, WakeUps};

use crate::failure::{Failure, contained, is_contention, store_error};
use crate::news::News;
use crate::pool::{Pool, Stopped};
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
    async fn run_write(&self, mut unit: Unit) -> Result<(), StoreError> {
        let wake_ups = Arc::clone(&self.wake_ups);
        // On the blocking thread, so that those who wait are woken although the caller has gone.
        self.pool
            .run(move |conn| write(conn, &mut unit).map(|news| news.tell(&*wake_ups)))
            .await
    }

    async fn run_send(&self, sending: Sending, unit: Unit) -> Result<(), StoreError> {
        self.sender.run(sending, unit).await
    }

    async fn run_read(&self, mut unit: Unit) -> Result<(), StoreError> {
        self.pool.run(move |conn| read(conn, &mut unit)).await
    }

    async fn run_ask(&self, mut unit: Unit) -> Result<(), StoreError> {
        self.pool.run(move |conn| ask::ask(conn, &mut unit)).await
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
    /// `COMMIT` failed.
    Engine(DieselError),
    /// There was no connection to begin with.
    Dead(DieselError),
}

impl From<DieselError> for Undone {
    fn from(error: DieselError) -> Self {
        Self::Engine(error)
    }
}

/// What a transaction is for.
enum Purpose {
    Write,
    /// On one snapshot.
    Read,
}

/// Runs `work` in a transaction. `BEGIN` shows whether the connection lives; if it does not, the pool must not keep it.
fn in_transaction<R>(
    conn: &mut PgConnection,
    purpose: &Purpose,
    work: impl FnOnce(&mut PgConnection) -> Result<R, Undone>,
) -> Result<R, Undone> {
    let mut begun = false;
    let transaction = conn.build_transaction();
    let mut transaction = match purpose {
        Purpose::Write => transaction.read_committed(),
        Purpose::Read => transaction.repeatable_read().read_only(),
    };
    let ran = transaction.run(|conn| {
        begun = true;
        work(conn)
    });
    match ran {
        Err(Undone::Engine(error)) if !begun => {
            give_up(conn);
            Err(Undone::Dead(error))
        }
        ran => ran,
    }
}

/// Has the pool drop a connection that is dead.
fn give_up(conn: &mut PgConnection) {
    AnsiTransactionManager::transaction_manager_status_mut(conn).set_in_error();
}

fn attempt(conn: &mut PgConnection, unit: &mut Unit) -> Result<News, Undone> {
    in_transaction(conn, &Purpose::Write, |conn| match run_unit(conn, unit) {
        Ran::Commit(news) => Ok(news),
        Ran::RollBack => Err(Undone::Refused),
        Ran::Failed(failure, error) => Err(Undone::Failed(failure, error)),
    })
}

/// Runs a unit until it is kept or refused; returns its news.
fn write(conn: &mut PgConnection, unit: &mut Unit) -> Result<News, Stopped> {
    let mut number = 1;
    loop {
        let (again, error) = match contained(|| attempt(conn, unit))? {
            Ok(news) => return Ok(news),
            Err(Undone::Refused) => return Ok(News::default()),
            // An attempt before this one has left nothing.
            Err(Undone::Dead(error)) => return Err(Stopped::Dead(store_error(error))),
            Err(Undone::Engine(error)) => (is_contention(&error), store_error(error)),
            Err(Undone::Failed(failure, error)) => {
                let again = matches!(failure, Failure::Contention | Failure::Collision);
                (again, error)
            }
        };
        if !again || number == ATTEMPTS {
            return Err(error.into());
        }
        std::thread::sleep(pause(number));
        number += 1;
    }
}

fn read(conn: &mut PgConnection, unit: &mut Unit) -> Result<(), Stopped> {
    let ran = contained(|| {
        in_transaction(conn, &Purpose::Read, |conn| match run_unit(conn, unit) {
            Ran::Commit(_) | Ran::RollBack => Ok(()),
            Ran::Failed(failure, error) => Err(Undone::Failed(failure, error)),
        })
    })?;
    match ran {
        Ok(()) | Err(Undone::Refused) => Ok(()),
        Err(Undone::Dead(error)) => Err(Stopped::Dead(store_error(error))),
        Err(Undone::Engine(error)) => Err(store_error(error).into()),
        Err(Undone::Failed(_, error)) => Err(error.into()),
    }
}

/// Grows with each attempt, with some milliseconds of chance to part those who clashed.
fn pause(attempt: u32) -> Duration {
    use std::hash::{BuildHasher, RandomState};
    let jitter = RandomState::new().hash_one(attempt) % 10;
    Duration::from_millis(5 * u64::from(attempt) + jitter)
}
