//! A pool of connections reached from async code: one permit, then one hop to a blocking thread for each unit of work.

use std::sync::Arc;
use std::time::Duration;

use diesel::r2d2::{ConnectionManager, CustomizeConnection, PooledConnection, R2D2Connection};
use sealpost_domain::ports::StoreError;
use tokio::runtime::Handle;

use crate::answers::Answers;
use crate::gate::Gate;

/// How long r2d2 may take to hand out (and if need be to make) a connection.
const CHECK_OUT: Duration = Duration::from_secs(2);
/// How long the first connection may take.
const START: Duration = Duration::from_secs(10);

/// Why a unit of work did not come to its end on one connection.
#[derive(Debug)]
pub(crate) enum Stopped {
    /// The connection was dead before anything had happened: another one may do.
    Dead(StoreError),
    /// It failed.
    Failed(StoreError),
}

impl From<StoreError> for Stopped {
    fn from(error: StoreError) -> Self {
        Self::Failed(error)
    }
}

impl From<Stopped> for StoreError {
    fn from(stopped: Stopped) -> Self {
        match stopped {
            Stopped::Dead(error) | Stopped::Failed(error) => error,
        }
    }
}

pub(crate) struct Pool<C: R2D2Connection + 'static> {
    connections: r2d2::Pool<ConnectionManager<C>>,
    gate: Gate,
    answers: Arc<Answers>,
    // actix's workers have runtimes of their own with few blocking threads; the hop goes to the main runtime's.
    runtime: Handle,
}

impl<C: R2D2Connection + 'static> Pool<C> {
    /// Opens a pool of at most `size` connections, one of which must work now. The others are made when units wait for them. Those that
    /// wait are not tried: a unit finds out ([`Stopped::Dead`]), and runs on another one.
    pub(crate) fn open(
        url: &str,
        size: u32,
        customizer: Box<dyn CustomizeConnection<C, diesel::r2d2::Error>>,
        runtime: Handle,
    ) -> Result<Self, r2d2::Error> {
        let size = size.max(1);
        let connections = r2d2::Pool::builder()
            .max_size(size)
            .min_idle(Some(0))
            .test_on_check_out(false)
            .connection_timeout(CHECK_OUT)
            .max_lifetime(Some(Duration::from_secs(30 * 60)))
            .connection_customizer(customizer)
            .build_unchecked(ConnectionManager::new(url));
        // Whoever starts beside the database waits until it has started, too.
        drop(connections.get_timeout(START)?);
        let gate = Gate::new(usize::try_from(size).unwrap_or(usize::MAX));
        Ok(Self {
            connections,
            gate,
            answers: Arc::new(Answers::new()),
            runtime,
        })
    }

    /// Runs `work` with a connection on a blocking thread. While the database does not answer anybody, nobody waits for long
    /// ([`Answers::patiently`]); what had begun may then still come to its end, or not.
    pub(crate) async fn run<R, F>(&self, mut work: F) -> Result<R, StoreError>
    where
        R: Send + 'static,
        F: FnMut(&mut PooledConnection<ConnectionManager<C>>) -> Result<R, Stopped>
            + Send
            + 'static,
    {
        let answers = Arc::clone(&self.answers);
        let entered = self.enter(move |connection| {
            let outcome = work(connection);
            answers.note(&outcome);
            outcome
        });
        self.answers.patiently(entered).await
    }

    /// When the database last answered whoever came with [`Pool::run`], or noted it.
    pub(crate) fn answers(&self) -> &Answers {
        &self.answers
    }

    /// Runs `task` on the runtime of the blocking threads.
    pub(crate) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        self.runtime.spawn(task);
    }

    /// As [`Pool::run`], however long it takes; whether the database has answered, `work` must note.
    pub(crate) async fn enter<R, F>(&self, mut work: F) -> Result<R, StoreError>
    where
        R: Send + 'static,
        F: FnMut(&mut PooledConnection<ConnectionManager<C>>) -> Result<R, Stopped>
            + Send
            + 'static,
    {
        let permit = self.gate.enter().await?;
        let connections = self.connections.clone();
        let hop = self.runtime.spawn_blocking(move || {
            // The permit outlives the caller: a dropped request must not let a further unit in while this one works.
            let _permit = permit;
            on_a_living_one(&connections, &mut work)
        });
        match hop.await {
            Ok(result) => result,
            Err(error) => Err(StoreError::Internal(error.into())),
        }
    }
}

/// Runs `work` on a connection; on another one, as long as it finds them dead.
fn on_a_living_one<C: R2D2Connection + 'static, R>(
    connections: &r2d2::Pool<ConnectionManager<C>>,
    mut work: impl FnMut(&mut PooledConnection<ConnectionManager<C>>) -> Result<R, Stopped>,
) -> Result<R, StoreError> {
    // All that wait may have died together; then one is made.
    let mut others = connections.max_size();
    loop {
        let mut connection = connections
            .get()
            .map_err(|error| StoreError::Unavailable(Some(error.into())))?;
        match work(&mut connection) {
            Err(Stopped::Dead(error)) if others > 0 => {
                tracing::debug!(%error, "a connection was dead");
                others -= 1;
            }
            outcome => return Ok(outcome?),
        }
    }
}
