//! Cases of [`crate::ports::StorageRepository`].

use std::sync::Arc;

use super::people::person;
use crate::Timestamp;
use crate::accounts::AccountId;
use crate::ports::{Constraint, Store, StoreError, StoreExt};
use crate::storage::{AccountStorage, QuotaChoice, ReservationId, StorageReservation};

/// How often each race is run, and between how many.
const ROUNDS: u8 = 10;
const RACERS: usize = 64;

async fn charge(
    store: &Arc<dyn Store>,
    account: AccountId,
    bytes: u64,
    default: Option<u64>,
) -> Result<bool, StoreError> {
    store
        .write(move |tx| tx.storage().charge(account, bytes, default))
        .await
}

async fn release(store: &Arc<dyn Store>, account: AccountId, bytes: u64) {
    let released: Result<(), StoreError> = store
        .write(move |tx| tx.storage().release(account, bytes))
        .await;
    released.unwrap();
}

async fn choose(store: &Arc<dyn Store>, account: AccountId, choice: QuotaChoice) {
    let chosen: Result<(), StoreError> = store
        .write(move |tx| tx.storage().set_quota(account, choice))
        .await;
    chosen.unwrap();
}

async fn found(store: &Arc<dyn Store>, account: AccountId) -> AccountStorage {
    let found: Result<_, StoreError> = store.ask(move |tx| tx.storage().find(account)).await;
    let found = found.unwrap();
    let with: Result<_, StoreError> = store
        .ask(move |tx| tx.storage().find_with_account(account))
        .await;
    if let Some((account_found, also_found)) = with.unwrap() {
        assert_eq!((account_found.id, also_found), (account, found));
    }
    found
}

async fn sum(store: &Arc<dyn Store>) -> u64 {
    let sum: Result<u64, StoreError> = store.read(|tx| tx.storage().sum()).await;
    sum.unwrap()
}

/// What is charged is there until it is released, and never more than the quota.
pub async fn charged_within_the_quota(store: Arc<dyn Store>) {
    let (alice, bob) = (
        person(&store, "alice").await.id,
        person(&store, "bob").await.id,
    );
    assert_eq!(found(&store, alice).await, AccountStorage::default());
    assert_eq!(sum(&store).await, 0);
    for (bytes, default, charged, used) in [
        (11, Some(10), false, 0),
        (7, Some(10), true, 7),
        (4, Some(10), false, 7),
        (3, Some(10), true, 10),
        (1, Some(0), false, 10),
        (u64::MAX, Some(10), false, 10),
        (1 << 50, None, true, (1 << 50) + 10),
    ] {
        let done = charge(&store, alice, bytes, default).await.unwrap();
        assert_eq!((done, found(&store, alice).await.used), (charged, used));
    }
    assert!(charge(&store, bob, 5, Some(5)).await.unwrap());
    assert_eq!(sum(&store).await, (1 << 50) + 15);
    release(&store, alice, 1 << 50).await;
    assert_eq!(found(&store, alice).await.used, 10);
    release(&store, alice, 11).await;
    assert_eq!(found(&store, alice).await.used, 0);
    assert_eq!(sum(&store).await, 5);
}

/// What was chosen for an account holds, whatever everybody may store.
pub async fn an_own_quota_goes_first(store: Arc<dyn Store>) {
    let alice = person(&store, "alice").await.id;
    for (choice, default, most) in [
        (QuotaChoice::Bytes(20), Some(10), 20),
        (QuotaChoice::Bytes(20), None, 20),
        (QuotaChoice::Bytes(0), Some(10), 0),
        (QuotaChoice::Unlimited, Some(10), 1 << 50),
        (QuotaChoice::Default, Some(10), 10),
    ] {
        choose(&store, alice, choice).await;
        if choice != QuotaChoice::Unlimited {
            assert!(!charge(&store, alice, most + 1, default).await.unwrap());
        }
        assert_eq!(
            found(&store, alice).await,
            AccountStorage { used: 0, choice }
        );
        if most > 0 {
            assert!(charge(&store, alice, most, default).await.unwrap());
            release(&store, alice, most).await;
        }
    }
}

/// Of many charges at once exactly those fit that fit, whoever they are: the quota holds.
pub async fn many_charges_never_pass_it(store: Arc<dyn Store>) {
    for round in 1..=ROUNDS {
        let account = person(&store, &format!("p{round}")).await.id;
        let charges = (0..RACERS)
            .map(|_| charge(&store, account, 10, Some(105)))
            .collect();
        let outcomes: Vec<_> = super::join_all(charges).await;
        let charged = outcomes.into_iter().filter(|done| *done.as_ref().unwrap());
        assert_eq!(charged.count(), 10, "round {round}");
        assert_eq!(found(&store, account).await.used, 100, "round {round}");
    }
}

fn reservation(byte: u8, account: AccountId) -> StorageReservation {
    StorageReservation {
        id: ReservationId::from_bytes([byte; 16]),
        account,
        bytes: u64::from(byte),
        expires_at: Timestamp::from_seconds(i64::from(byte)),
    }
}

async fn insert(store: &Arc<dyn Store>, new: StorageReservation) -> Result<(), StoreError> {
    store
        .write(move |tx| tx.storage().insert_reservation(&new))
        .await
}

async fn take(store: &Arc<dyn Store>, id: ReservationId) -> Option<StorageReservation> {
    let taken: Result<_, StoreError> = store
        .write(move |tx| tx.storage().take_reservation(id))
        .await;
    taken.unwrap()
}

/// A reservation is found as it was made and extended, until it is taken; those that are over are listed.
pub async fn reservations_come_and_go(store: Arc<dyn Store>) {
    let alice = person(&store, "alice").await.id;
    for byte in [3, 1, 2] {
        insert(&store, reservation(byte, alice)).await.unwrap();
    }
    let again = insert(&store, reservation(3, alice)).await;
    assert!(
        matches!(again, Err(StoreError::Conflict(Constraint::Id))),
        "{again:?}"
    );
    let (first, unknown) = (reservation(1, alice), reservation(9, alice));
    for (id, there) in [(first.id, true), (unknown.id, false)] {
        let extended: Result<bool, StoreError> = store
            .write(move |tx| {
                tx.storage()
                    .extend_reservation(id, 10, Timestamp::from_seconds(5))
            })
            .await;
        assert_eq!(extended.unwrap(), there);
    }
    for (now, limit, expected) in [(1, 10, vec![]), (3, 10, vec![2, 3]), (9, 2, vec![2, 3])] {
        let listed: Result<_, StoreError> = store
            .read(move |tx| {
                let now = Timestamp::from_seconds(now);
                tx.storage().list_expired_reservations(now, limit)
            })
            .await;
        let expected: Vec<_> = expected
            .into_iter()
            .map(|byte| reservation(byte, alice).id)
            .collect();
        assert_eq!(listed.unwrap(), expected, "{now}");
    }
    let extended = StorageReservation {
        bytes: 11,
        expires_at: Timestamp::from_seconds(5),
        ..first
    };
    assert_eq!(take(&store, first.id).await, Some(extended));
    assert_eq!(take(&store, first.id).await, None);
    assert_eq!(found(&store, alice).await.used, 0, "charged beside it");
}

/// What was reserved is given back once.
pub async fn one_of_many_takes_a_reservation(store: Arc<dyn Store>) {
    let alice = person(&store, "alice").await.id;
    for round in 1..=ROUNDS {
        insert(&store, reservation(round, alice)).await.unwrap();
        let id = reservation(round, alice).id;
        let takes = (0..RACERS).map(|_| take(&store, id)).collect();
        let taken: Vec<_> = super::join_all(takes).await;
        assert_eq!(taken.into_iter().flatten().count(), 1, "round {round}");
    }
}

/// With an account goes what it stores; what is released for it later is nobody's.
pub async fn gone_with_its_account(store: Arc<dyn Store>) {
    let alice = person(&store, "alice").await.id;
    assert!(charge(&store, alice, 7, None).await.unwrap());
    insert(&store, reservation(1, alice)).await.unwrap();
    let gone: Result<bool, StoreError> = store.write(move |tx| tx.accounts().remove(alice)).await;
    assert!(gone.unwrap());
    assert_eq!(sum(&store).await, 0);
    assert_eq!(found(&store, alice).await, AccountStorage::default());
    release(&store, alice, 7).await;
    assert_eq!(
        take(&store, reservation(1, alice).id).await,
        Some(reservation(1, alice))
    );
}
