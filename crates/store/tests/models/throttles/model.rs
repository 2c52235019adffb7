//! What throttles promise, told from the list of everything that was let through.

use std::collections::HashMap;

use sealpost_domain::throttle::{Guess, Rate};

use super::Command;

const SECOND: u64 = 1_000;
const PAUSE: u64 = 15 * 60 * SECOND;
const WEEK: u64 = 7 * 24 * 60 * 60 * SECOND;
const HOUR: u64 = 60 * 60 * SECOND;

/// The world as it ought to be. Times in milliseconds.
#[derive(Default)]
pub(super) struct Model {
    now: u64,
    /// When each guess was let through since the last right one.
    guesses: HashMap<(Guess, usize), Vec<u64>>,
    /// When each request was let through.
    requests: HashMap<(Rate, usize), Vec<u64>>,
}

/// How many at once, and how long until one more.
fn terms(rate: Rate) -> (u64, u64) {
    match rate {
        Rate::RecoveriesADay => (10, 24 * HOUR / 10),
        Rate::CodesOfAccount => (5, HOUR / 5),
        Rate::RecoveriesAMinute => (1, 60 * SECOND),
        Rate::Logins => (10, 2 * SECOND),
        other => panic!("{other:?} is not played"),
    }
}

fn length<T>(things: &[T]) -> u64 {
    u64::try_from(things.len()).unwrap()
}

/// How long the next guess has to wait after these; None if it is let through.
fn wait_for_guess(before: &[u64], now: u64) -> Option<u64> {
    if before.len() >= 100 {
        return Some(HOUR);
    }
    let last = *before.last()?;
    if now - last > PAUSE {
        return None;
    }
    // Those without a long pause between them.
    let pauses = before
        .windows(2)
        .rposition(|pair| pair[1] - pair[0] > PAUSE);
    let recent = before.len() - pauses.map_or(0, |index| index + 1);
    let past = u32::try_from(recent).unwrap().checked_sub(5)?;
    let delay = 2_u64.saturating_pow(past).min(300) * SECOND;
    (last + delay).checked_sub(now).filter(|wait| *wait > 0)
}

/// How long the next request has to wait: in no stretch of time may there be more than what may come at once and what came
/// back during it.
fn wait_for_request(before: &[u64], (burst, interval): (u64, u64), now: u64) -> Option<u64> {
    let stretches = before.iter().enumerate().map(|(index, first)| {
        let requests = length(&before[index..]) + 1;
        (requests * interval).saturating_sub(burst * interval + now - first)
    });
    stretches.max().filter(|wait| *wait > 0)
}

impl Model {
    pub(super) fn run(&mut self, command: &Command) -> String {
        match *command {
            Command::Guess {
                guess,
                subject,
                times,
            } => self.repeat(times, |model| model.guess(guess, subject)),
            Command::Patiently {
                guess,
                subject,
                times,
            } => self.repeat(times, |model| {
                let before = model.guesses.get(&(guess, subject));
                let wait = before.and_then(|before| wait_for_guess(before, model.now));
                model.now += wait.unwrap_or(0);
                model.guess(guess, subject)
            }),
            Command::Forgive { guess, subject } => {
                self.guesses.remove(&(guess, subject));
                "forgiven".to_owned()
            }
            Command::Spend {
                rate,
                subject,
                times,
            } => self.repeat(times, |model| model.spend(rate, subject)),
            Command::Wait(millis) => {
                self.now += millis;
                "later".to_owned()
            }
            Command::Sweep => self.sweep(),
        }
    }

    fn repeat(&mut self, times: u32, mut step: impl FnMut(&mut Self) -> Option<u64>) -> String {
        let waits: Vec<Option<u64>> = (0..times).map(|_| step(self)).collect();
        format!("{waits:?} at {}", self.now)
    }

    fn guess(&mut self, guess: Guess, subject: usize) -> Option<u64> {
        let before = self.guesses.entry((guess, subject)).or_default();
        let wait = wait_for_guess(before, self.now);
        if wait.is_none() {
            before.push(self.now);
        }
        wait
    }

    fn spend(&mut self, rate: Rate, subject: usize) -> Option<u64> {
        let before = self.requests.entry((rate, subject)).or_default();
        let wait = wait_for_request(before, terms(rate), self.now);
        if wait.is_none() {
            before.push(self.now);
        }
        wait
    }

    /// What a week ago was the last guess is forgotten, and the requests that have all come back.
    fn sweep(&mut self) -> String {
        let (now, counters) = (self.now, self.guesses.len() + self.requests.len());
        self.guesses
            .retain(|_, before| before.last().is_some_and(|last| last + WEEK > now));
        self.requests.retain(|(rate, _), before| {
            let (_, interval) = terms(*rate);
            let back = before.iter().enumerate();
            let back = back.map(|(index, first)| first + length(&before[index..]) * interval);
            back.max().is_some_and(|back| back > now)
        });
        let left = self.guesses.len() + self.requests.len();
        format!("swept {}", counters - left)
    }
}
