//! Where lives are played: what all models share.

use std::fmt::Debug;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use proptest::strategy::Strategy;
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use sealpost_domain::accounts::Account;
use sealpost_domain::ports::{PasswordHash, Store, StoreError, StoreExt};
use sealpost_domain::testing::{CountingEntropy, account};
use sealpost_domain::{Environment, Timestamp, ports::Clock};
use sealpost_store::testing::{postgres, sqlite};
use tokio::runtime::{Builder, Runtime};

/// When each life begins.
pub(crate) const BEGIN: Timestamp = Timestamp::from_seconds(1_700_000_000);
/// How many lives unless somebody says otherwise: what takes a busy machine less than a minute.
const LIVES: u32 = 60;

/// What commands happen to, on one store.
pub(crate) trait World {
    /// One step.
    type Command: Debug;

    /// What comes of it, in the model's words.
    async fn run(&mut self, command: &Self::Command) -> String;
}

/// The stores, and what makes each life unlike the others.
pub(crate) struct Stage {
    runtime: Runtime,
    entropy: Arc<CountingEntropy>,
    stores: Vec<(&'static str, Arc<dyn Store>)>,
    lives: AtomicU32,
}

/// One life: the worlds that it is played in, and what has happened.
pub(crate) struct Play<W> {
    worlds: Vec<(&'static str, W)>,
    trace: Vec<String>,
}

/// Plays lives until one of them does not go as its model says, or enough have gone well.
///
/// # Panics
/// If one does not, with the shortest such life.
pub(crate) fn prove<S: Strategy>(
    life: &S,
    play: &impl AsyncFn(&Stage, S::Value) -> Result<(), TestCaseError>,
) {
    let runtime = Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    let only = std::env::var("SEALPOST_MODELS_ON").ok();
    let asked = |name: &str| only.as_ref().is_none_or(|only| only == name);
    let sqlite = asked("sqlite")
        .then(|| runtime.block_on(sqlite()))
        .flatten();
    let postgres = asked("postgres")
        .then(|| runtime.block_on(postgres()))
        .flatten();
    let sqlite_store = sqlite.as_ref().map(|(store, _)| ("sqlite", store.clone()));
    let postgres_store = postgres
        .as_ref()
        .map(|(store, _)| ("postgres", store.clone()));
    let stage = Stage {
        runtime,
        entropy: Arc::default(),
        stores: [sqlite_store, postgres_store]
            .into_iter()
            .flatten()
            .collect(),
        lives: AtomicU32::new(0),
    };
    let mut config = Config {
        failure_persistence: None,
        max_shrink_iters: 300,
        ..Config::default()
    };
    if std::env::var_os("PROPTEST_CASES").is_none() {
        config.cases = LIVES;
    }
    let mut runner = TestRunner::new(config);
    let told = runner.run(life, |life| stage.runtime.block_on(play(&stage, life)));
    if let Err(failure) = told {
        panic!("{failure}");
    }
}

impl Stage {
    /// A new life: a world on each store. `make` is told the life's number, too.
    pub(crate) async fn begin<W>(&self, make: impl AsyncFn(Arc<dyn Store>, u32) -> W) -> Play<W> {
        let number = self.lives.fetch_add(1, Ordering::SeqCst);
        let mut worlds = Vec::new();
        for (name, store) in &self.stores {
            worlds.push((*name, make(store.clone(), number).await));
        }
        Play {
            worlds,
            trace: Vec::new(),
        }
    }

    /// An environment whose ids and secrets no other life has.
    pub(crate) fn environment(&self, store: Arc<dyn Store>, clock: Arc<dyn Clock>) -> Environment {
        Environment {
            store,
            clock,
            entropy: self.entropy.clone(),
        }
    }
}

impl<W: World> Play<W> {
    /// One step, of which the model expects this.
    pub(crate) async fn step(
        &mut self,
        command: &W::Command,
        expected: String,
    ) -> Result<(), TestCaseError> {
        self.trace.push(format!("{command:?}: {expected}"));
        for (name, world) in &mut self.worlds {
            let told = world.run(command).await;
            if told != expected {
                let trace = self.trace.join("\n");
                let told = format!("{name} says {told}\nafter\n{trace}");
                return Err(TestCaseError::fail(told));
            }
        }
        Ok(())
    }

    /// The world on one of the stores.
    pub(crate) fn first(&self) -> &W {
        &self.worlds[0].1
    }

    /// The worlds, when the life is over.
    pub(crate) fn end(self) -> impl Iterator<Item = W> {
        self.worlds.into_iter().map(|(_, world)| world)
    }
}

/// New people of these names.
pub(crate) async fn people(store: &Arc<dyn Store>, names: &[String]) -> Vec<Account> {
    let people: Vec<Account> = names.iter().map(|name| account(name)).collect();
    let rows = people.clone();
    let made: Result<(), StoreError> = store
        .write(move |tx| {
            let hash = PasswordHash::new("$h$".to_owned());
            for person in &rows {
                tx.accounts().insert(person, &hash)?;
            }
            Ok(())
        })
        .await;
    made.unwrap();
    people
}
