//! Random lives of throttles: guesses one by one and in floods, right ones, requests at four rates, of several subjects,
//! time that passes, and the sweep.

mod model;
mod world;

use model::Model;
use proptest::prelude::*;
use proptest::test_runner::TestCaseError;
use sealpost_domain::throttle::{Guess, Rate};
use world::World;

use crate::stage::{Play, prove};

/// The rates that are played, from the slowest to the fastest.
const RATES: [Rate; 4] = [
    Rate::RecoveriesADay,
    Rate::CodesOfAccount,
    Rate::RecoveriesAMinute,
    Rate::Logins,
];

/// One step. Subjects are picked by number: an account, a session, an address, and a name that nobody has.
#[derive(Debug, Clone)]
enum Command {
    /// So many guesses at the same moment.
    Guess {
        guess: Guess,
        subject: usize,
        times: u32,
    },
    /// So many guesses, each as late as it has to be.
    Patiently {
        guess: Guess,
        subject: usize,
        times: u32,
    },
    /// One was right.
    Forgive {
        guess: Guess,
        subject: usize,
    },
    /// So many requests at the same moment.
    Spend {
        rate: Rate,
        subject: usize,
        times: u32,
    },
    /// So many milliseconds go by.
    Wait(u64),
    Sweep,
}

fn guess() -> impl Strategy<Value = Guess> {
    prop_oneof![4 => Just(Guess::Password), 1 => Just(Guess::SecondFactor)]
}

fn rate() -> impl Strategy<Value = Rate> {
    proptest::sample::select(RATES.to_vec())
}

fn command() -> impl Strategy<Value = Command> {
    // Mostly the same, so that most of what is done meets something.
    let subject = || prop_oneof![5 => Just(0), 1 => 1..world::SUBJECTS];
    prop_oneof![
        6 => (guess(), subject(), 1..8_u32)
            .prop_map(|(guess, subject, times)| Command::Guess { guess, subject, times }),
        // After a hundred, waiting does not help any more.
        1 => (guess(), subject(), proptest::sample::select(vec![3, 20, 99]))
            .prop_map(|(guess, subject, times)| Command::Patiently { guess, subject, times }),
        1 => (guess(), subject()).prop_map(|(guess, subject)| Command::Forgive { guess, subject }),
        6 => (rate(), subject(), 1..8_u32)
            .prop_map(|(rate, subject, times)| Command::Spend { rate, subject, times }),
        // Shorter and longer than what is waited for, and to the very moment.
        6 => proptest::sample::select(vec![
            1, 999, 1_000, 2_000, 7_300, 60_000, 300_000, 720_000, 900_000, 900_001, 9_000_000,
            7 * 86_400_000,
        ])
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
fn both_databases_count_as_the_model_does() {
    let life = proptest::collection::vec(command(), 1..24);
    prove(&life, &async |stage, life| {
        let make = async |store, number| World::new(stage, store, number);
        let mut play = stage.begin(make).await;
        let played = compare(&life, &mut play).await;
        for world in play.end() {
            world.end().await;
        }
        played
    });
}
