//! Cases of [`crate::ports::ChallengeRepository`].

use std::sync::Arc;

use super::join_all;
use crate::Timestamp;
use crate::challenges::{ChallengeId, CompletedChallenge};
use crate::ports::{Store, StoreError, StoreExt};

fn completed(byte: u8) -> CompletedChallenge {
    CompletedChallenge {
        id: ChallengeId::from_bytes([byte; 16]),
        expires_at: Timestamp::from_seconds(i64::from(byte)),
    }
}

async fn spend(store: &Arc<dyn Store>, byte: u8) -> bool {
    let spent: Result<bool, StoreError> = store
        .write(move |tx| tx.challenges().spend(&completed(byte)))
        .await;
    spent.unwrap()
}

/// Of many who give the same answer at once, one is taken; a unit that is refused gives it back.
pub async fn an_answer_is_taken_once(store: Arc<dyn Store>) {
    let refused: Result<(), StoreError> = store
        .write(|tx| {
            assert!(tx.challenges().spend(&completed(1))?);
            Err(StoreError::Unavailable(None))
        })
        .await;
    assert!(refused.is_err());
    let all = join_all((0..16).map(|_| spend(&store, 1)).collect()).await;
    assert_eq!(all.into_iter().filter(|taken| *taken).count(), 1);
    assert!(spend(&store, 2).await);
    assert!(!spend(&store, 1).await);
}

/// What is over goes, so many at a time.
pub async fn swept_when_over(store: Arc<dyn Store>) {
    for byte in 1..=4 {
        assert!(spend(&store, byte).await);
    }
    for (limit, expected) in [(2, 2), (2, 1), (2, 0)] {
        let swept: Result<u64, StoreError> = store
            .write(move |tx| tx.challenges().sweep(Timestamp::from_seconds(3), limit))
            .await;
        assert_eq!(swept.unwrap(), expected);
    }
    assert!(!spend(&store, 4).await);
}
