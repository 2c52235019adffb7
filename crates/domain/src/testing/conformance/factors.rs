//! Cases of [`crate::ports::FactorRepository`].

use std::sync::Arc;

use super::join_all;
use super::people::person;
use crate::Timestamp;
use crate::accounts::AccountId;
use crate::factors::{FactorKind, FactorSet};
use crate::ports::{FactorRepository, Store, StoreError, StoreExt, StoredTotp};

const NOW: Timestamp = Timestamp::from_seconds(1_000);

async fn with<T: Send + 'static>(
    store: &Arc<dyn Store>,
    mut act: impl FnMut(&mut dyn FactorRepository) -> Result<T, StoreError> + Send + 'static,
) -> T {
    store.write(move |tx| act(tx.factors())).await.unwrap()
}

async fn set(store: &Arc<dyn Store>, account: AccountId) -> FactorSet {
    with(store, move |factors| factors.find_set(account)).await
}

/// A secret is replaced until it is confirmed, which happens once; only then it is a factor.
pub async fn an_authenticator_is_confirmed_once(store: Arc<dyn Store>) {
    let alice = person(&store, "alice").await.id;
    for secret in [[1; 4], [2; 4]] {
        assert!(with(&store, move |f| f.put_totp(alice, &secret, NOW)).await);
    }
    assert_eq!(set(&store, alice).await, FactorSet::default());
    assert!(!with(&store, move |f| f.confirm_totp(alice, &[1; 4], 7, NOW)).await);
    assert!(with(&store, move |f| f.confirm_totp(alice, &[2; 4], 7, NOW)).await);
    assert!(!with(&store, move |f| f.confirm_totp(alice, &[2; 4], 8, NOW)).await);
    assert!(!with(&store, move |f| f.put_totp(alice, &[3; 4], NOW)).await);
    assert_eq!(set(&store, alice).await.totp, Some(NOW));
    let stored = StoredTotp {
        sealed_secret: vec![2; 4],
        created_at: NOW,
        confirmed_at: Some(NOW),
        last_step: 7,
    };
    assert_eq!(
        with(&store, move |f| f.find_totp(alice)).await,
        Some(stored)
    );
}

/// A step and all before it are used up together, for a confirmed authenticator alone.
pub async fn a_step_is_used_once(store: Arc<dyn Store>) {
    let alice = person(&store, "alice").await.id;
    with(&store, move |f| f.put_totp(alice, &[1; 4], NOW)).await;
    assert!(!with(&store, move |f| f.use_step(alice, 9)).await);
    with(&store, move |f| f.confirm_totp(alice, &[1; 4], 7, NOW)).await;
    for (step, used) in [(7, false), (9, true), (9, false), (8, false), (10, true)] {
        assert_eq!(with(&store, move |f| f.use_step(alice, step)).await, used);
    }
}

/// Each factor is switched on and off for itself.
pub async fn switched_on_and_off(store: Arc<dyn Store>) {
    let alice = person(&store, "alice").await.id;
    let bob = person(&store, "bob").await.id;
    assert!(with(&store, move |f| f.put_email_code(alice, NOW)).await);
    assert!(!with(&store, move |f| f.put_email_code(alice, NOW)).await);
    let on = set(&store, alice).await;
    assert_eq!((on.email_code, on.totp), (Some(NOW), None));
    assert_eq!(set(&store, bob).await, FactorSet::default());
    assert!(!with(&store, move |f| f.remove(alice, FactorKind::Totp)).await);
    for removed in [true, false] {
        let done = with(&store, move |f| f.remove(alice, FactorKind::EmailCode)).await;
        assert_eq!(done, removed);
    }
    assert_eq!(set(&store, alice).await, FactorSet::default());
}

/// Codes are the account's own, good once, and replaced together.
pub async fn a_recovery_code_is_taken_once(store: Arc<dyn Store>) {
    let alice = person(&store, "alice").await.id;
    let bob = person(&store, "bob").await.id;
    let first: Vec<_> = (0..10).map(|byte| [byte; 32]).collect();
    with(&store, move |f| f.replace_recovery_codes(alice, &first)).await;
    assert_eq!(set(&store, alice).await.recovery_codes, 10);
    assert!(!with(&store, move |f| f.take_recovery_code(bob, &[3; 32])).await);
    for taken in [true, false] {
        let done = with(&store, move |f| f.take_recovery_code(alice, &[3; 32])).await;
        assert_eq!(done, taken);
    }
    assert_eq!(set(&store, alice).await.recovery_codes, 9);
    with(&store, move |f| {
        f.replace_recovery_codes(alice, &[[77; 32]])
    })
    .await;
    assert_eq!(set(&store, alice).await.recovery_codes, 1);
    assert!(!with(&store, move |f| f.take_recovery_code(alice, &[4; 32])).await);
    with(&store, move |f| f.replace_recovery_codes(alice, &[])).await;
    assert_eq!(set(&store, alice).await, FactorSet::default());
}

/// Of many who use one code at once, one wins.
pub async fn parallel_uses_have_one_winner(store: Arc<dyn Store>) {
    let alice = person(&store, "alice").await.id;
    with(&store, move |f| f.put_totp(alice, &[1; 4], NOW)).await;
    with(&store, move |f| f.confirm_totp(alice, &[1; 4], 7, NOW)).await;
    with(&store, move |f| f.replace_recovery_codes(alice, &[[5; 32]])).await;
    let steps = join_all(
        (0..32)
            .map(|_| with(&store, move |f| f.use_step(alice, 8)))
            .collect(),
    );
    assert_eq!(steps.await.into_iter().filter(|won| *won).count(), 1);
    let codes = join_all(
        (0..32)
            .map(|_| with(&store, move |f| f.take_recovery_code(alice, &[5; 32])))
            .collect(),
    );
    assert_eq!(codes.await.into_iter().filter(|won| *won).count(), 1);
}
