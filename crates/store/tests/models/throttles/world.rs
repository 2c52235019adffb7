//! The same in a store.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use sealpost_domain::accounts::AccountId;
use sealpost_domain::ports::{Store, StoreError, StoreExt};
use sealpost_domain::sessions::SessionId;
use sealpost_domain::testing::{FixedClock, ToyDigester};
use sealpost_domain::throttle::{Guess, Rate, Subject, Throttles, TooMany};
use sealpost_domain::{Environment, Timestamp};

use super::Command;
use crate::stage::{self, BEGIN, Stage};

/// How many subjects there are.
pub(super) const SUBJECTS: usize = 4;

/// One life on one store.
pub(super) struct World {
    env: Environment,
    clock: Arc<FixedClock>,
    throttles: Throttles,
    subjects: [Subject; SUBJECTS],
}

impl World {
    /// With subjects that no other life has.
    pub(super) fn new(stage: &Stage, store: Arc<dyn Store>, number: u32) -> Self {
        let mut id = [0x33; 16];
        id[..4].copy_from_slice(&number.to_be_bytes());
        let clock = Arc::new(FixedClock::at(BEGIN));
        Self {
            env: stage.environment(store, clock.clone()),
            clock,
            throttles: Throttles::new(Arc::new(ToyDigester), true),
            subjects: [
                Subject::Account(AccountId::from_bytes(id)),
                Subject::Session(SessionId::from_bytes(id)),
                Subject::Address(IpAddr::from(number.to_be_bytes())),
                Subject::Nobody(format!("nobody {number}")),
            ],
        }
    }

    fn since_the_beginning(&self) -> u128 {
        self.env.now().since(BEGIN).as_millis()
    }

    async fn guess(&self, guess: Guess, subject: usize) -> Option<u64> {
        let (throttles, subject) = (self.throttles.clone(), self.subjects[subject].clone());
        let now = self.env.now();
        let counted = self
            .env
            .store
            .write(move |tx| throttles.guess(tx, guess, &subject, now));
        wait(counted.await)
    }

    async fn spend(&self, rate: Rate, subject: usize) -> Option<u64> {
        let (throttles, subject) = (self.throttles.clone(), self.subjects[subject].clone());
        let now = self.env.now();
        let counted = self
            .env
            .store
            .write(move |tx| throttles.spend(tx, rate, &subject, now));
        wait(counted.await)
    }

    async fn sweep(&self, now: Timestamp) -> u64 {
        let swept: Result<u64, StoreError> = self
            .env
            .store
            .write(move |tx| tx.throttles().sweep(now, 500))
            .await;
        swept.unwrap()
    }

    /// Nothing is left for the next life, which would sweep it.
    pub(super) async fn end(self) {
        let much_later = self.env.now() + Duration::from_secs(8 * 24 * 60 * 60);
        self.sweep(much_later).await;
    }
}

fn wait(counted: Result<Result<(), TooMany>, StoreError>) -> Option<u64> {
    let refused = counted.unwrap().err()?;
    Some(u64::try_from(refused.retry_after.as_millis()).unwrap())
}

impl stage::World for World {
    type Command = Command;

    async fn run(&mut self, command: &Command) -> String {
        let mut waits = Vec::new();
        match *command {
            Command::Guess {
                guess,
                subject,
                times,
            } => {
                for _ in 0..times {
                    waits.push(self.guess(guess, subject).await);
                }
            }
            Command::Patiently {
                guess,
                subject,
                times,
            } => {
                for _ in 0..times {
                    let mut told = self.guess(guess, subject).await;
                    if let Some(wait) = told {
                        // Told to wait; nobody has counted the try that was too early.
                        self.clock.advance(Duration::from_millis(wait));
                        told = self.guess(guess, subject).await;
                    }
                    waits.push(told);
                }
            }
            Command::Forgive { guess, subject } => {
                let (throttles, subject) = (self.throttles.clone(), self.subjects[subject].clone());
                let forgiven: Result<(), StoreError> = self
                    .env
                    .store
                    .write(move |tx| throttles.forgive(tx, guess, &subject))
                    .await;
                forgiven.unwrap();
                return "forgiven".to_owned();
            }
            Command::Spend {
                rate,
                subject,
                times,
            } => {
                for _ in 0..times {
                    waits.push(self.spend(rate, subject).await);
                }
            }
            Command::Wait(millis) => {
                self.clock.advance(Duration::from_millis(millis));
                return "later".to_owned();
            }
            Command::Sweep => return format!("swept {}", self.sweep(self.env.now()).await),
        }
        format!("{waits:?} at {}", self.since_the_beginning())
    }
}
