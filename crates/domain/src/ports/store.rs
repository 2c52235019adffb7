use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;

use super::{StoreError, Tx};
use crate::accounts::AccountId;
use crate::conversations::ConversationId;
use crate::messages::ClientId;

/// What the closure of a unit of work wants done with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Keep everything.
    Commit,
    /// Keep nothing.
    RollBack,
}

/// The closure of a unit of work. It may run more than once (the adapter retries contention, and a group that failed
/// runs again singly), so it must have no effect but through the [`Tx`] and must start afresh each time.
pub type Unit = Box<dyn FnMut(&mut dyn Tx) -> Verdict + Send>;

/// What a unit of work that sends a message asks first. A store that knows it beforehand can ask for many at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sending {
    /// The conversation whose membership is locked.
    pub conversation: ConversationId,
    /// Whose membership.
    pub sender: AccountId,
    /// Under which name an earlier message is looked for.
    pub client_id: ClientId,
}

/// The database: runs units of work, all or nothing. Use it through [`StoreExt`].
#[async_trait]
pub trait Store: Send + Sync {
    /// Runs `unit` in a transaction that may write and returns once its verdict is carried out; after
    /// [`Verdict::Commit`], once it is durable. Dropping the future early leaves no transaction open; the unit may
    /// or may not have been committed.
    ///
    /// # Errors
    /// [`StoreError`]: then nothing was kept — except [`StoreError::Unavailable`], when the connection broke at the
    /// commit and nobody can tell (repeat with the same idempotency key).
    async fn run_write(&self, unit: Unit) -> Result<(), StoreError>;

    /// As [`Store::run_write`], for a unit that sends one message: it asks what `sending` says by
    /// [`ConversationRepository::lock_membership`] and [`MessageRepository::find_sent`], it writes by
    /// [`MessageRepository::append`] and [`InboxRepository::collect`] alone, and reads nothing of what it has written. The
    /// store may run it with others of its kind, in one transaction and with common statements; each is kept or dropped
    /// by itself all the same, and none is answered before what it wrote is durable.
    ///
    /// # Errors
    /// As [`Store::run_write`].
    async fn run_send(&self, _sending: Sending, unit: Unit) -> Result<(), StoreError> {
        self.run_write(unit).await
    }

    /// Runs `unit` on one consistent snapshot, without writing. The verdict does not matter.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn run_read(&self, unit: Unit) -> Result<(), StoreError>;

    /// As [`Store::run_read`], for a unit that asks one question: it calls one function of one repository, which is one statement.
    /// What a statement sees is a snapshot by itself, so that a store may do without a transaction.
    ///
    /// # Errors
    /// [`StoreError`], also when the unit asks again.
    async fn run_ask(&self, unit: Unit) -> Result<(), StoreError> {
        self.run_read(unit).await
    }

    /// Writes, and rolls back, a probe row: whether the store could take a write now.
    ///
    /// # Errors
    /// [`StoreError`] when it could not.
    async fn probe(&self) -> Result<(), StoreError>;
}

/// Typed units of work over any [`Store`].
pub trait StoreExt: Store {
    /// Runs `rule` in a transaction: `Ok` commits, `Err` rolls back. See [`Store::run_write`].
    fn write<T, E, F>(&self, rule: F) -> impl Future<Output = Result<T, E>> + Send
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: FnMut(&mut dyn Tx) -> Result<T, E> + Send + 'static,
    {
        async move {
            let (unit, outcome) = package(rule);
            let ran = self.run_write(unit).await;
            settle(ran, &outcome)
        }
    }

    /// Runs `rule`, which sends a message: `Ok` commits, `Err` rolls back. See [`Store::run_send`].
    fn send<T, E, F>(&self, sending: Sending, rule: F) -> impl Future<Output = Result<T, E>> + Send
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: FnMut(&mut dyn Tx) -> Result<T, E> + Send + 'static,
    {
        async move {
            let (unit, outcome) = package(rule);
            let ran = self.run_send(sending, unit).await;
            settle(ran, &outcome)
        }
    }

    /// Runs `rule` on a snapshot. See [`Store::run_read`].
    fn read<T, E, F>(&self, rule: F) -> impl Future<Output = Result<T, E>> + Send
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: FnMut(&mut dyn Tx) -> Result<T, E> + Send + 'static,
    {
        async move {
            let (unit, outcome) = package(rule);
            let ran = self.run_read(unit).await;
            settle(ran, &outcome)
        }
    }

    /// Runs `rule`, which asks one question. See [`Store::run_ask`].
    fn ask<T, E, F>(&self, rule: F) -> impl Future<Output = Result<T, E>> + Send
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: FnMut(&mut dyn Tx) -> Result<T, E> + Send + 'static,
    {
        async move {
            let (unit, outcome) = package(rule);
            let ran = self.run_ask(unit).await;
            settle(ran, &outcome)
        }
    }
}

impl<S: Store + ?Sized> StoreExt for S {}

/// Where the last run of a closure leaves its result for the caller.
type Outcome<T, E> = Arc<Mutex<Option<Result<T, E>>>>;

fn package<T, E, F>(mut rule: F) -> (Unit, Outcome<T, E>)
where
    T: Send + 'static,
    E: From<StoreError> + Send + 'static,
    F: FnMut(&mut dyn Tx) -> Result<T, E> + Send + 'static,
{
    let outcome: Outcome<T, E> = Arc::new(Mutex::new(None));
    let slot = Arc::clone(&outcome);
    let unit = Box::new(move |tx: &mut dyn Tx| {
        let result = rule(tx);
        let verdict = if result.is_ok() {
            Verdict::Commit
        } else {
            Verdict::RollBack
        };
        *slot.lock().unwrap_or_else(PoisonError::into_inner) = Some(result);
        verdict
    });
    (unit, outcome)
}

fn settle<T, E: From<StoreError>>(
    ran: Result<(), StoreError>,
    outcome: &Outcome<T, E>,
) -> Result<T, E> {
    let result = outcome
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .take();
    match (ran, result) {
        (Ok(()), Some(result)) => result,
        // The rule's own refusal says more than the store's word that the unit had already failed.
        (Err(_), Some(Err(refusal))) => Err(refusal),
        (Err(error), _) => Err(error.into()),
        (Ok(()), None) => Err(StoreError::Ended.into()),
    }
}
