//! Cases of [`crate::ports::IdempotencyRepository`].

use std::sync::Arc;
use std::time::Duration;

use super::join_all;
use super::people::person;
use crate::Timestamp;
use crate::accounts::AccountId;
use crate::idempotency::run_claimed;
use crate::ports::{
    Claim, ClaimState, Digest, NewClaim, Store, StoreError, StoreExt, Unit, Verdict,
};

const NOW: Timestamp = Timestamp::from_seconds(1_000);
const DAY: Duration = Duration::from_secs(86_400);

fn claim(key: u8, holder: u8) -> Claim {
    Claim {
        key: [key; 32],
        holder: [holder; 16],
    }
}

fn at(seconds: u64) -> Timestamp {
    NOW + Duration::from_secs(seconds)
}

/// Claims at `now`; who gave no sign of life for a minute is dead.
async fn take(
    store: &Arc<dyn Store>,
    claim: Claim,
    account: Option<AccountId>,
    now: Timestamp,
) -> Option<(Digest, ClaimState)> {
    let new = NewClaim {
        claim,
        account,
        request: [claim.key[0]; 32],
        now,
        expires_at: now + DAY,
    };
    store
        .write(move |tx| tx.idempotency().claim(&new, now - Duration::from_secs(60)))
        .await
        .unwrap()
}

async fn mark(store: &Arc<dyn Store>, claim: Claim) -> bool {
    store
        .write(move |tx| tx.idempotency().mark(&claim))
        .await
        .unwrap()
}

async fn keep(store: &Arc<dyn Store>, claim: Claim, answer: &'static [u8]) {
    store
        .write(move |tx| tx.idempotency().keep(&claim, answer))
        .await
        .unwrap();
}

/// One of many gets a key; the others learn what was asked, and later the answer, for as long as it is remembered.
pub async fn one_of_many_claims_a_key(store: Arc<dyn Store>) {
    let many = (0..16)
        .map(|holder| take(&store, claim(1, holder), None, NOW))
        .collect();
    let taken = join_all(many).await;
    let winners: Vec<usize> = (0..16)
        .filter(|holder| taken.get(*holder).unwrap().is_none())
        .collect();
    assert_eq!(winners.len(), 1);
    let running = Some(([1; 32], ClaimState::Running));
    assert_eq!(taken.iter().filter(|found| **found == running).count(), 15);
    let winner = claim(1, u8::try_from(*winners.first().unwrap()).unwrap());
    keep(&store, claim(1, 99), b"a forgery").await;
    keep(&store, winner, b"answer").await;
    let kept = Some(([1; 32], ClaimState::Answered(b"answer".to_vec())));
    assert_eq!(take(&store, claim(1, 50), None, at(1)).await, kept);
    assert_eq!(take(&store, claim(1, 50), None, at(86_399)).await, kept);
    assert_eq!(take(&store, claim(1, 50), None, at(86_400)).await, None);
}

/// A holder that gives no sign of life loses its key, unless something was stored for it.
pub async fn a_dead_holder_gives_way(store: Arc<dyn Store>) {
    let (first, second) = (claim(1, 1), claim(1, 2));
    assert_eq!(take(&store, first, None, NOW).await, None);
    let renewed: Result<bool, StoreError> = store
        .write(move |tx| tx.idempotency().renew(&first, at(30)))
        .await;
    assert!(renewed.unwrap());
    let running = Some(([1; 32], ClaimState::Running));
    assert_eq!(take(&store, second, None, at(89)).await, running);
    assert_eq!(take(&store, second, None, at(90)).await, None);
    assert!(!mark(&store, first).await, "it is not its own any more");
    assert!(mark(&store, second).await);
    assert_eq!(take(&store, first, None, at(149)).await, running);
    let dead = Some(([1; 32], ClaimState::Dead));
    assert_eq!(take(&store, first, None, at(150)).await, dead);
}

/// A refusal frees the key; what nobody knows the end of frees it only if nothing was stored.
pub async fn freed_by_its_holder(store: Arc<dyn Store>) {
    let (released, abandoned) = (claim(1, 1), claim(2, 1));
    for held in [released, abandoned] {
        assert_eq!(take(&store, held, None, NOW).await, None);
        assert!(mark(&store, held).await);
    }
    let freed: Result<(), StoreError> = store
        .write(move |tx| {
            tx.idempotency().release(&claim(2, 9))?;
            tx.idempotency().release(&released)?;
            tx.idempotency().abandon(&abandoned)
        })
        .await;
    freed.unwrap();
    assert_eq!(take(&store, claim(1, 2), None, NOW).await, None);
    assert!(take(&store, claim(2, 2), None, NOW).await.is_some());
    let unmarked = claim(1, 2);
    let freed: Result<(), StoreError> = store
        .write(move |tx| tx.idempotency().abandon(&unmarked))
        .await;
    freed.unwrap();
    assert_eq!(take(&store, claim(1, 3), None, NOW).await, None);
}

/// What is stored under a claim is stored with its mark, or not at all.
pub async fn stored_with_their_mark(store: Arc<dyn Store>) {
    let (first, second) = (claim(1, 1), claim(1, 2));
    let unit = |verdict| -> Unit {
        Box::new(move |tx| {
            let name = crate::testing::account("alice");
            let hash = crate::ports::PasswordHash::new("$h$".to_owned());
            tx.accounts().insert(&name, &hash).unwrap();
            verdict
        })
    };
    assert_eq!(take(&store, first, None, NOW).await, None);
    run_claimed(&*store, first, unit(Verdict::RollBack))
        .await
        .unwrap();
    assert_eq!(take(&store, second, None, at(60)).await, None, "no mark");
    let refused = run_claimed(&*store, first, unit(Verdict::Commit)).await;
    assert!(matches!(refused, Err(StoreError::Unavailable(_))));
    run_claimed(&*store, second, unit(Verdict::Commit))
        .await
        .unwrap();
    let dead = Some(([1; 32], ClaimState::Dead));
    assert_eq!(take(&store, first, None, at(120)).await, dead);
}

/// Keys go with their account, and a batch at a time when they are over.
pub async fn gone_with_their_account_or_in_time(store: Arc<dyn Store>) {
    let alice = person(&store, "alice").await.id;
    take(&store, claim(1, 1), Some(alice), NOW).await;
    let removed: Result<bool, StoreError> =
        store.write(move |tx| tx.accounts().remove(alice)).await;
    assert!(removed.unwrap());
    assert_eq!(take(&store, claim(1, 2), None, NOW).await, None);
    take(&store, claim(2, 1), None, NOW).await;
    take(&store, claim(3, 1), None, at(1)).await;
    let sweep = async |limit| -> u64 {
        let swept: Result<u64, StoreError> = store
            .write(move |tx| tx.idempotency().sweep(NOW + DAY, limit))
            .await;
        swept.unwrap()
    };
    assert_eq!([sweep(1).await, sweep(9).await, sweep(9).await], [1, 1, 0]);
}
