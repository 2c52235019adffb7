//! Random lives of the message log, played in the model and on both databases: every answer, and what every log and
//! conversation holds at the end, is the same on all three.

mod commands;
mod model;
mod world;

use commands::{Command, PEOPLE};
use model::Model;
use proptest::test_runner::TestCaseError;
use world::World;

use crate::stage::{Play, prove};

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

/// Plays a life everywhere, and looks at everything at its end.
async fn compare(life: Vec<Command>, play: &mut Play<World>) -> Result<(), TestCaseError> {
    let mut model = Model::new(play.first().ids());
    let mut step = async |model: &mut Model, mut command: Command| {
        settle(&mut command, model);
        let expected = model.run(&command);
        play.step(&command, expected).await
    };
    for command in life {
        step(&mut model, command).await?;
    }
    for command in last_look(&model) {
        step(&mut model, command).await?;
    }
    model.check();
    Ok(())
}

#[test]
fn both_databases_keep_the_log_as_the_model_does() {
    prove(&commands::life(), &async |stage, life| {
        let make = async |store, number| {
            let names: Vec<String> = (0..PEOPLE).map(|who| format!("p{who}n{number}")).collect();
            World::new(stage, store, &names).await
        };
        let mut play = stage.begin(make).await;
        let played = compare(life, &mut play).await;
        for world in play.end() {
            world.end().await;
        }
        played
    });
}
