//! Cases of [`crate::ports::ThrottleRepository`].

use std::sync::Arc;
use std::time::Duration;

use super::join_all;
use crate::ports::{Store, StoreError, StoreExt};
use crate::testing::{CountingEntropy, FixedClock, ToyDigester};
use crate::throttle::{Counter, MemoryRate, SharedRates, Spending, Subject};
use crate::{Environment, Timestamp};

const NOW: Timestamp = Timestamp::from_seconds(1_000);

async fn bump(store: &Arc<dyn Store>, key: u8) -> u32 {
    store
        .write(move |tx| {
            let counter = tx.throttles().lock(&[key; 32], NOW)?;
            let counted = Counter {
                recent: counter.recent + 1,
                consecutive: counter.consecutive + 2,
                forget_at: NOW + Duration::from_secs(key.into()),
                ..counter
            };
            tx.throttles().update(&[key; 32], &counted)?;
            Ok::<_, StoreError>(counted.recent)
        })
        .await
        .unwrap()
}

async fn look(store: &Arc<dyn Store>, key: u8) -> Counter {
    store
        .write(move |tx| tx.throttles().lock(&[key; 32], NOW))
        .await
        .unwrap()
}

/// A counter begins empty, comes back as it was written, and is forgotten on demand.
pub async fn counted_and_forgotten(store: Arc<dyn Store>) {
    assert_eq!(look(&store, 1).await, Counter::new(NOW));
    assert_eq!(bump(&store, 1).await, 1);
    assert_eq!(bump(&store, 1).await, 2);
    assert_eq!(bump(&store, 2).await, 1);
    let counted = look(&store, 1).await;
    assert_eq!((counted.recent, counted.consecutive), (2, 4));
    for _ in 0..2 {
        let gone: Result<(), StoreError> = store.write(|tx| tx.throttles().remove(&[1; 32])).await;
        gone.unwrap();
    }
    assert_eq!(look(&store, 1).await, Counter::new(NOW));
    assert_eq!(look(&store, 2).await.recent, 1);
}

/// Many who count at once lose nothing, the very first count included.
pub async fn parallel_counts_are_exact(store: Arc<dyn Store>) {
    let mut seen = join_all((0..32).map(|_| bump(&store, 7)).collect()).await;
    seen.sort_unstable();
    assert_eq!(seen, (1..=32).collect::<Vec<u32>>());
}

/// Counters go when they say nothing any more, and not before.
pub async fn swept_when_over(store: Arc<dyn Store>) {
    for key in [1, 2, 9] {
        bump(&store, key).await;
    }
    let now = NOW + Duration::from_secs(2);
    for (limit, gone) in [(1, 1), (9, 1), (9, 0)] {
        let swept: Result<u64, StoreError> = store
            .write(move |tx| tx.throttles().sweep(now, limit))
            .await;
        assert_eq!(swept.unwrap(), gone);
    }
    assert_eq!(look(&store, 9).await.recent, 1);
}

/// An instance whose clock says so.
fn instance(store: &Arc<dyn Store>, now: Timestamp) -> SharedRates {
    let env = Environment {
        store: store.clone(),
        clock: Arc::new(FixedClock::at(now)),
        entropy: Arc::new(CountingEntropy::default()),
    };
    SharedRates::new(env, Arc::new(ToyDigester))
}

/// What somebody has spent just now, all at once.
fn burst(rate: u8, name: &str, seconds: u64) -> Spending {
    Spending {
        rate: MemoryRate(rate),
        subject: Subject::Nobody(name.to_owned()),
        age: Duration::ZERO,
        worth: Duration::from_secs(seconds),
        ahead: Duration::from_secs(seconds),
    }
}

/// What instances spend adds up, told by rate and subject, and each learns the sum in the order in which it asked.
pub async fn rates_of_instances_add_up(store: Arc<dyn Store>) {
    let (first, second) = (instance(&store, NOW), instance(&store, NOW));
    let seconds =
        |ahead: Vec<Duration>| -> Vec<u64> { ahead.iter().map(Duration::as_secs).collect() };
    let asked = vec![
        burst(1, "alice", 15),
        burst(2, "alice", 4),
        burst(1, "bob", 7),
    ];
    assert_eq!(
        seconds(first.settle(asked.clone()).await.unwrap()),
        [15, 4, 7]
    );
    let other_way: Vec<Spending> = asked.into_iter().rev().collect();
    assert_eq!(
        seconds(second.settle(other_way).await.unwrap()),
        [14, 8, 30]
    );
    assert_eq!(seconds(first.settle(Vec::new()).await.unwrap()), []);
    // It comes back with time.
    let later = instance(&store, NOW + Duration::from_secs(20));
    let ahead = later.settle(vec![burst(1, "alice", 1)]).await.unwrap();
    assert_eq!(seconds(ahead), [11]);
}

/// Instances that tell of the same clients at once, in any order, lose nothing and do not lock one another out.
pub async fn rates_told_at_once_are_exact(store: Arc<dyn Store>) {
    let tellers = (0..16).map(|number| {
        let told = instance(&store, NOW);
        let mut spent = vec![
            burst(1, "alice", 1),
            burst(1, "bob", 1),
            burst(1, "carol", 1),
        ];
        spent.rotate_left(number % 3);
        async move { told.settle(spent).await.unwrap() }
    });
    join_all(tellers.collect()).await;
    let last = instance(&store, NOW).settle(vec![burst(1, "bob", 0)]).await;
    assert_eq!(last.unwrap(), [Duration::from_secs(16)]);
}
