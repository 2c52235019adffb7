//! Random lives of the message log, played in the model and on both databases: every answer, and what every log and
//! conversation holds at the end, is the same on all three.
//!
//! `PROPTEST_CASES` says how many; sixty without it.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may fail loudly"
)]

mod commands;
mod model;
mod world;

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use commands::{Command, PEOPLE};
use model::Model;
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use sealpost_domain::ports::Store;
use sealpost_domain::testing::CountingEntropy;
use sealpost_store::testing::{postgres, sqlite};
use world::World;

/// How many lives unless somebody says otherwise: what takes a busy machine less than a minute.
const LIVES: u32 = 60;

/// Gives a picked conversation and message the labels that the model has for them: mostly of some that are there.
fn settle(command: &mut Command, model: &Model) {
    let talk = |pick: usize| match model.talks() {
        0 => pick,
        // One more than there are, now and then: nobody has that.
        talks => pick % (talks + 1),
    };
    match command {
        Command::Add { group, .. }
        | Command::Remove { group, .. }
        | Command::Appoint { group, .. } => *group = talk(*group),
        Command::Send { to, .. } => *to = talk(*to),
        Command::List { talk: picked, .. } => *picked = talk(*picked),
        Command::Delete {
            talk: picked,
            message,
            ..
        } => {
            *picked = talk(*picked);
            let there = model.messages_of(*picked);
            // Of another conversation, too, if there is none of this one.
            *message = there
                .get(*message % (there.len() + 1))
                .copied()
                .unwrap_or(*message);
        }
        _ => {}
    }
}

/// Everything that anybody can read at the end.
fn last_look(model: &Model) -> Vec<Command> {
    let mut look = Vec::new();
    for by in 0..PEOPLE {
        look.extend((0..3).map(|page| Command::ReadLog {
            by,
            after: page * 40,
            limit: 40,
        }));
        look.extend((0..model.talks()).map(|talk| Command::List {
            by,
            talk,
            after: Some(0),
            before: None,
            limit: 100,
        }));
    }
    look
}

struct Stage {
    entropy: Arc<CountingEntropy>,
    stores: Vec<(&'static str, Arc<dyn Store>)>,
    lives: AtomicU32,
}

impl Stage {
    async fn play(&self, life: &[Command]) -> Result<(), TestCaseError> {
        let number = self.lives.fetch_add(1, Ordering::SeqCst);
        let names: Vec<String> = (0..PEOPLE).map(|who| format!("p{who}n{number}")).collect();
        let mut worlds = Vec::new();
        for (name, store) in &self.stores {
            let world = World::new(store.clone(), self.entropy.clone(), &names);
            worlds.push((*name, world.await));
        }
        let played = compare(life, &mut worlds).await;
        for (_, world) in worlds {
            world.end().await;
        }
        played
    }
}

/// Plays a life everywhere, and looks at everything at its end.
async fn compare(life: &[Command], worlds: &mut [(&str, World)]) -> Result<(), TestCaseError> {
    let mut model = Model::new(worlds[0].1.ids());
    let mut trace = Vec::new();
    let mut step = async |model: &mut Model, mut command: Command| {
        settle(&mut command, model);
        let expected = model.run(&command);
        trace.push(format!("{command:?}: {expected}"));
        for (name, world) in worlds.iter_mut() {
            let told = world.run(&command).await;
            if told != expected {
                let trace = trace.join("\n");
                return Err(TestCaseError::fail(format!(
                    "{name} says {told}\nafter\n{trace}"
                )));
            }
        }
        Ok(())
    };
    for command in life {
        step(&mut model, command.clone()).await?;
    }
    for command in last_look(&model) {
        step(&mut model, command).await?;
    }
    model.check();
    Ok(())
}

#[test]
fn both_databases_keep_the_log_as_the_model_does() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    let mut stores: Vec<(&'static str, Arc<dyn Store>)> = Vec::new();
    let sqlite = runtime.block_on(sqlite());
    let postgres = runtime.block_on(postgres());
    stores.extend(sqlite.as_ref().map(|(store, _)| ("sqlite", store.clone())));
    stores.extend(
        postgres
            .as_ref()
            .map(|(store, _)| ("postgres", store.clone())),
    );
    let stage = Stage {
        entropy: Arc::default(),
        stores,
        lives: AtomicU32::new(0),
    };
    let asked = std::env::var_os("PROPTEST_CASES").is_some();
    let mut config = Config {
        failure_persistence: None,
        max_shrink_iters: 300,
        ..Config::default()
    };
    if !asked {
        config.cases = LIVES;
    }
    let mut runner = TestRunner::new(config);
    let told = runner.run(&commands::life(), |life| {
        runtime.block_on(stage.play(&life))
    });
    if let Err(failure) = told {
        panic!("{failure}");
    }
}
