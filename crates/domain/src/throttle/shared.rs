//! Rates that each instance counts in its own memory, and what the instances tell one another of them through the store.
//!
//! To count each request in the store would be a write more for each. So an instance counts for itself, and tells only
//! once somebody has spent so much that it matters to the others; the answer says how much was spent at all of them
//! together, which the instance takes over. What is not told yet is what a client can have too much.

use std::sync::Arc;
use std::time::Duration;

use super::{Counter, Subject};
use crate::ports::{Digest, Digester, MacPurpose, StoreError, StoreExt, Tx};
use crate::{Environment, Timestamp};

/// Names in the store a rate that instances count in their memory. A number is for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct MemoryRate(pub u8);

/// What one instance has let through of one subject since it last told the others. Of a rate that lets one through each
/// interval, so many are worth so many intervals.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spending {
    /// Of which rate.
    pub rate: MemoryRate,
    /// Whose requests.
    pub subject: Subject,
    /// How long ago the first of them was.
    pub age: Duration,
    /// What they are worth, together.
    pub worth: Duration,
    /// How far ahead of now they alone are (GCRA).
    pub ahead: Duration,
}

impl Spending {
    /// The counter of all instances, with this.
    ///
    /// Exact if the requests came without a pause. If there was one, they count for less, but never for less than they do by
    /// themselves: who keeps to the rate at all instances together is never told to wait.
    fn added_to(&self, counter: Counter, now: Timestamp) -> Counter {
        let together = counter.until.max(now - self.age) + self.worth;
        let until = together.max(now + self.ahead);
        Counter {
            last: now,
            until,
            forget_at: until,
            ..counter
        }
    }
}

/// What instances tell one another of the rates in their memory. Cloning is cheap.
#[derive(Clone)]
pub struct SharedRates {
    env: Environment,
    digester: Arc<dyn Digester>,
}

impl SharedRates {
    /// The most spendings that are told at once.
    pub const MOST: usize = 100;

    /// Counters whose keys are made with `digester`, so that the database tells neither names nor addresses.
    #[must_use]
    pub const fn new(env: Environment, digester: Arc<dyn Digester>) -> Self {
        Self { env, digester }
    }

    /// Adds what was spent here (at most [`SharedRates::MOST`], each rate and subject once) to what was spent
    /// everywhere, in one unit of work. Says of each, in the same order, how far ahead of now all instances together are.
    ///
    /// # Errors
    /// [`StoreError`]; then nothing was added.
    pub async fn settle(&self, spent: Vec<Spending>) -> Result<Vec<Duration>, StoreError> {
        let now = self.env.now();
        let mut keyed: Vec<(Digest, usize, Spending)> = spent
            .into_iter()
            .enumerate()
            .map(|(place, spending)| (self.key(&spending), place, spending))
            .collect();
        // All instances lock in the same order.
        keyed.sort_by_key(|(key, ..)| *key);
        let mut ahead = self
            .env
            .store
            .write(move |tx| {
                let added = keyed.iter().map(|(key, place, spending)| {
                    let until = add(tx, key, spending, now)?;
                    Ok((*place, until.since(now)))
                });
                added.collect::<Result<Vec<_>, StoreError>>()
            })
            .await?;
        ahead.sort_by_key(|(place, _)| *place);
        Ok(ahead.into_iter().map(|(_, ahead)| ahead).collect())
    }

    fn key(&self, spending: &Spending) -> Digest {
        // No guess and no other rate has this first byte.
        let bytes = [vec![u8::MAX, spending.rate.0], spending.subject.bytes()].concat();
        self.digester.mac(MacPurpose::Throttle, &bytes)
    }
}

fn add(
    tx: &mut dyn Tx,
    key: &Digest,
    spending: &Spending,
    now: Timestamp,
) -> Result<Timestamp, StoreError> {
    let counter = tx.throttles().lock(key, now - spending.age)?;
    let counted = spending.added_to(counter, now);
    tx.throttles().update(key, &counted)?;
    Ok(counted.until)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_000_000);
    const SECOND: Duration = Duration::from_secs(1);

    fn spending(age: u32, worth: u32, ahead: u32) -> Spending {
        Spending {
            rate: MemoryRate(1),
            subject: Subject::Nobody("alice".to_owned()),
            age: SECOND * age,
            worth: SECOND * worth,
            ahead: SECOND * ahead,
        }
    }

    fn ahead(counter: Counter) -> Duration {
        counter.until.since(NOW)
    }

    #[test]
    fn what_was_spent_at_two_instances_adds_up() {
        let first = spending(0, 15, 15).added_to(Counter::new(NOW), NOW);
        assert_eq!(ahead(first), SECOND * 15);
        let second = spending(0, 15, 15).added_to(first, NOW);
        assert_eq!(ahead(second), SECOND * 30);
    }

    #[test]
    fn who_keeps_to_the_rate_is_not_ahead() {
        // One a second for fifteen seconds, first at one instance and then at another.
        let begun = Counter::new(NOW - SECOND * 15);
        let first = spending(15, 15, 1).added_to(begun, NOW);
        assert_eq!(ahead(first), SECOND);
        let later = NOW + SECOND * 15;
        let second = spending(15, 15, 1).added_to(first, later);
        assert!(second.until.since(later) <= SECOND);
    }

    #[test]
    fn a_burst_after_a_pause_is_never_less_than_it_is_alone() {
        let long_ago = Counter::new(NOW - SECOND * 60);
        let counted = spending(60, 15, 14).added_to(long_ago, NOW);
        assert_eq!(ahead(counted), SECOND * 14);
    }
}
