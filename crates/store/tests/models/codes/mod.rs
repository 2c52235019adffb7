//! Random lives of everything that is good for a few tries: codes by mail, codes of recoveries, tickets of half-finished
//! logins, and recovery codes. They are issued, replaced, tried, used up, deleted and swept, and run out of time.

mod model;
mod world;

use model::Model;
use proptest::prelude::*;
use proptest::test_runner::TestCaseError;
use sealpost_domain::codes::CodePurpose;
use world::World;

use crate::stage::{Play, prove};

/// How many people there are; one more is nobody.
const PEOPLE: usize = 2;
/// How many codes a set of recovery codes has here.
const SET: usize = 3;

/// One step. What was issued is picked by number, counted round; every thing has a number of its own, in all worlds the
/// same.
#[derive(Debug, Clone)]
enum Command {
    /// A code is mailed, if the last one is old enough.
    Mail { who: usize, purpose: CodePurpose },
    /// Any code that was ever mailed, typed in for whomever and whatever; or one that never was.
    Type {
        who: usize,
        purpose: CodePurpose,
        code: Option<usize>,
    },
    /// The account's codes go.
    Forget { who: usize },
    /// A login waits for its second factor.
    Ticket { who: usize },
    /// A try at it.
    TryTicket { ticket: usize },
    /// Whether it is good.
    FindTicket { ticket: usize },
    /// It was used.
    UseTicket { ticket: usize },
    /// The account's tickets go.
    EndTickets { who: usize },
    /// Somebody has forgotten a password; or it is nobody's.
    Recover { who: Option<usize> },
    /// A try at its code. If it is right, the token is from now on wanted.
    TryRecovery { recovery: usize, right: bool },
    /// The token, or another one.
    TakeRecovery { recovery: usize, right: bool },
    /// The account's recoveries go.
    EndRecoveries { who: usize },
    /// New recovery codes, in place of those before.
    Print { who: usize },
    /// One of any set, in anybody's hands.
    UsePrinted { who: usize, set: usize, code: usize },
    /// So many seconds go by.
    Wait(u64),
    /// Everything that is over goes.
    Sweep,
}

fn command() -> impl Strategy<Value = Command> {
    let who = || 0..PEOPLE;
    let pick = || 0..5_usize;
    let purpose = || proptest::sample::select(CodePurpose::ALL.to_vec());
    let mostly = || proptest::bool::weighted(0.6);
    prop_oneof![
        4 => (who(), purpose()).prop_map(|(who, purpose)| Command::Mail { who, purpose }),
        8 => (who(), purpose(), proptest::option::of(pick()))
            .prop_map(|(who, purpose, code)| Command::Type { who, purpose, code }),
        1 => who().prop_map(|who| Command::Forget { who }),
        2 => who().prop_map(|who| Command::Ticket { who }),
        4 => pick().prop_map(|ticket| Command::TryTicket { ticket }),
        2 => pick().prop_map(|ticket| Command::FindTicket { ticket }),
        1 => pick().prop_map(|ticket| Command::UseTicket { ticket }),
        1 => who().prop_map(|who| Command::EndTickets { who }),
        2 => proptest::option::weighted(0.8, who()).prop_map(|who| Command::Recover { who }),
        5 => (pick(), mostly())
            .prop_map(|(recovery, right)| Command::TryRecovery { recovery, right }),
        3 => (pick(), mostly())
            .prop_map(|(recovery, right)| Command::TakeRecovery { recovery, right }),
        1 => who().prop_map(|who| Command::EndRecoveries { who }),
        1 => who().prop_map(|who| Command::Print { who }),
        3 => (who(), 0..3_usize, 0..SET)
            .prop_map(|(who, set, code)| Command::UsePrinted { who, set, code }),
        // Shorter and longer than everything's time, and to the very moment.
        5 => proptest::sample::select(vec![1, 29, 59, 60, 61, 240, 300, 600, 3_541, 3_600])
            .prop_map(Command::Wait),
        1 => Just(Command::Sweep),
    ]
}

async fn compare(life: &[Command], play: &mut Play<World>) -> Result<(), TestCaseError> {
    let mut model = Model::default();
    for command in life {
        play.step(command, model.run(command)).await?;
    }
    Ok(())
}

#[test]
fn both_databases_keep_codes_as_the_model_does() {
    let life = proptest::collection::vec(command(), 1..32);
    prove(&life, &async |stage, life| {
        let make = async |store, number| World::new(stage, store, number).await;
        let mut play = stage.begin(make).await;
        let played = compare(&life, &mut play).await;
        for world in play.end() {
            world.end().await;
        }
        played
    });
}
