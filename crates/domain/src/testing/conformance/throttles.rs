//! Cases of [`crate::ports::ThrottleRepository`].

use std::sync::Arc;
use std::time::Duration;

use super::join_all;
use crate::Timestamp;
use crate::ports::{Store, StoreError, StoreExt};
use crate::throttle::Counter;

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
