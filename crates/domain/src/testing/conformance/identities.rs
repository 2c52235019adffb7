//! Cases of [`crate::ports::IdentityRepository`].

use std::sync::Arc;

use super::join_all;
use super::people::person;
use crate::Timestamp;
use crate::accounts::AccountId;
use crate::federation::{
    ExternalId, Identity, IdentityId, IdentityProfile, Intent, ProviderId, Transaction,
};
use crate::ports::{Constraint, Digest, Store, StoreError, StoreExt};
use crate::sessions::{Dialect, SessionId};

const fn id(number: u8) -> IdentityId {
    IdentityId::from_bytes([number; 16])
}

const fn at(seconds: i64) -> Timestamp {
    Timestamp::from_seconds(seconds)
}

fn identity(number: u8, account: AccountId, subject: &str) -> Identity {
    Identity {
        id: id(number),
        account,
        external: ExternalId::new("https://idp.example", subject).unwrap(),
        profile: IdentityProfile::new(Some("alice"), None),
        linked_at: at(i64::from(number)),
        used_at: at(i64::from(number)),
    }
}

async fn insert(store: &Arc<dyn Store>, identity: &Identity) -> bool {
    let identity = identity.clone();
    store
        .write::<_, StoreError, _>(move |tx| tx.identities().insert(&identity))
        .await
        .unwrap()
}

async fn find(store: &Arc<dyn Store>, external: &ExternalId) -> Option<Identity> {
    let external = external.clone();
    store
        .read::<_, StoreError, _>(move |tx| tx.identities().find(&external))
        .await
        .unwrap()
}

async fn list(store: &Arc<dyn Store>, account: AccountId) -> Vec<Identity> {
    store
        .read::<_, StoreError, _>(move |tx| tx.identities().list(account))
        .await
        .unwrap()
}

/// One (issuer, subject) opens one account; the subject's case matters.
pub async fn linked_once_byte_for_byte(store: Arc<dyn Store>) {
    let alice = person(&store, "alice").await.id;
    let bob = person(&store, "bob").await.id;
    let first = identity(1, alice, "Sub");
    assert!(insert(&store, &first).await);
    assert!(!insert(&store, &identity(2, bob, "Sub")).await);
    assert!(insert(&store, &identity(3, bob, "sub")).await);
    assert_eq!(find(&store, &first.external).await, Some(first));
    let other_issuer = ExternalId::new("https://idp.example/", "Sub").unwrap();
    assert_eq!(find(&store, &other_issuer).await, None);
}

/// Listed for their account, oldest first; what the provider tells is kept up to date.
pub async fn listed_and_noted(store: Arc<dyn Store>) {
    let alice = person(&store, "alice").await.id;
    let bob = person(&store, "bob").await.id;
    let mut first = identity(1, alice, "1");
    for identity in [&identity(2, alice, "2"), &first, &identity(3, bob, "3")] {
        assert!(insert(&store, identity).await);
    }
    let profile = IdentityProfile::new(None, Some("https://pic.example/1"));
    for (number, noted) in [(1, true), (9, false)] {
        let profile = profile.clone();
        let done: Result<bool, StoreError> = store
            .write(move |tx| tx.identities().note_use(id(number), &profile, at(50)))
            .await;
        assert_eq!(done.unwrap(), noted);
    }
    first.profile = profile;
    first.used_at = at(50);
    assert_eq!(list(&store, alice).await, [first, identity(2, alice, "2")]);
    let locked: Result<Vec<Identity>, StoreError> =
        store.write(move |tx| tx.identities().lock(alice)).await;
    assert_eq!(locked.unwrap().len(), 2);
}

/// Only its own account removes one.
pub async fn deleted_by_its_owner(store: Arc<dyn Store>) {
    let alice = person(&store, "alice").await.id;
    let bob = person(&store, "bob").await.id;
    assert!(insert(&store, &identity(1, alice, "1")).await);
    for (account, deleted) in [(bob, false), (alice, true), (alice, false)] {
        let done: Result<bool, StoreError> = store
            .write(move |tx| tx.identities().delete(account, id(1)))
            .await;
        assert_eq!(done.unwrap(), deleted);
    }
    assert_eq!(list(&store, alice).await, []);
}

/// Of two that are left, two callers who each leave one do not remove both.
pub async fn locked_until_the_unit_ends(store: Arc<dyn Store>) {
    let alice = person(&store, "alice").await.id;
    for round in 0..10_u8 {
        for number in [1, 2] {
            let subject = format!("{round}-{number}");
            assert!(insert(&store, &identity(2 * round + number, alice, &subject)).await);
        }
        let remove = |number: u8| {
            store.write(move |tx| {
                if tx.identities().lock(alice)?.len() == 1 {
                    return Ok(false);
                }
                tx.identities().delete(alice, id(number))
            })
        };
        let removed: Vec<Result<bool, StoreError>> =
            join_all(vec![remove(2 * round + 1), remove(2 * round + 2)]).await;
        let removed = removed.into_iter().filter(|done| *done.as_ref().unwrap());
        assert_eq!(removed.count(), 1);
        let left = list(&store, alice).await;
        assert_eq!(left.len(), 1);
        for identity in left {
            let done: Result<bool, StoreError> = store
                .write(move |tx| tx.identities().delete(alice, identity.id))
                .await;
            assert!(done.unwrap());
        }
    }
}

fn begun(number: u8, origin: u8, intent: Intent) -> Transaction {
    Transaction {
        state: [number; 32],
        secret: [number + 100; 32],
        provider: ProviderId::parse("corp").unwrap(),
        dialect: Dialect::Social,
        intent,
        origin: [origin; 32],
        created_at: at(i64::from(number)),
    }
}

async fn begin(store: &Arc<dyn Store>, transaction: &Transaction) -> Result<(), StoreError> {
    let transaction = transaction.clone();
    store
        .write(move |tx| tx.identities().begin(&transaction))
        .await
}

async fn take(store: &Arc<dyn Store>, state: Digest, secret: Digest) -> Option<Transaction> {
    store
        .write::<_, StoreError, _>(move |tx| tx.identities().take(&state, &secret))
        .await
        .unwrap()
}

/// A begun login is taken with its state and its secret, once.
pub async fn taken_once_with_both_halves(store: Arc<dyn Store>) {
    let alice = person(&store, "alice").await.id;
    let link = Intent::Link {
        account: alice,
        session: SessionId::from_bytes([7; 16]),
    };
    for transaction in [begun(1, 1, Intent::LogIn), begun(2, 1, link)] {
        begin(&store, &transaction).await.unwrap();
        assert!(matches!(
            begin(&store, &transaction).await,
            Err(StoreError::Conflict(Constraint::Id))
        ));
        let (state, secret) = (transaction.state, transaction.secret);
        assert_eq!(take(&store, state, [0; 32]).await, None);
        assert_eq!(take(&store, [0; 32], secret).await, None);
        assert_eq!(take(&store, state, secret).await, Some(transaction));
        assert_eq!(take(&store, state, secret).await, None);
    }
}

/// Of many who take one login at once, one gets it.
pub async fn one_of_many_takes_it(store: Arc<dyn Store>) {
    for round in 1..=10_u8 {
        let transaction = begun(round, 1, Intent::LogIn);
        begin(&store, &transaction).await.unwrap();
        let takers = (0..16).map(|_| take(&store, transaction.state, transaction.secret));
        let taken = join_all(takers.collect()).await;
        assert_eq!(taken.into_iter().flatten().count(), 1);
    }
}

/// Counted by where and when they began, and deleted when they are old.
pub async fn begun_logins_are_counted_and_swept(store: Arc<dyn Store>) {
    for (number, origin) in [(1, 1), (2, 1), (3, 2), (4, 1)] {
        begin(&store, &begun(number, origin, Intent::LogIn))
            .await
            .unwrap();
    }
    for (origin, since, expected) in [
        (Some(1), 1, 3),
        (Some(1), 2, 2),
        (Some(9), 1, 0),
        (None, 2, 3),
        (None, 5, 0),
    ] {
        let origin = origin.map(|byte| [byte; 32]);
        let counted: Result<u64, StoreError> = store
            .read(move |tx| tx.identities().count_begun(origin, at(since)))
            .await;
        assert_eq!(counted.unwrap(), expected);
    }
    for (limit, gone) in [(1, 1), (9, 1), (9, 0)] {
        let swept: Result<u64, StoreError> = store
            .write(move |tx| tx.identities().sweep(at(3), limit))
            .await;
        assert_eq!(swept.unwrap(), gone);
    }
    assert!(take(&store, [4; 32], [104; 32]).await.is_some());
}
