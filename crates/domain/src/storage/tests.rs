//! The rules over mocks, and who is admitted.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use futures_executor::block_on;
use mockall::predicate::eq;

use super::charge::{charge, check, release};
use super::reserve::{extend, give_back, settle};
use super::*;
use crate::accounts::AccountId;
use crate::ports::{MockBlobStore, Store, StoreError, Unit};
use crate::testing::{CountingEntropy, FixedClock, MockTx};
use crate::{DomainError as _, Environment, ErrorKind, Timestamp};

const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);
const ID: ReservationId = ReservationId::from_bytes([4; 16]);

fn alice() -> AccountId {
    crate::testing::account("alice").id
}

fn row(bytes: u64) -> StorageReservation {
    StorageReservation {
        id: ID,
        account: alice(),
        bytes,
        expires_at: NOW,
    }
}

#[test]
fn a_refusal_says_what_is_stored_and_what_may_be() {
    let mut tx = MockTx::default();
    tx.storage
        .expect_charge()
        .with(eq(alice()), eq(3), eq(Some(10)))
        .returning(|_, _, _| Ok(false));
    tx.storage.expect_find().returning(|_| {
        Ok(AccountStorage {
            used: 8,
            choice: QuotaChoice::Default,
        })
    });
    let refused = charge(&mut tx, alice(), 3, Some(10)).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::OverQuota);
    assert_eq!(refused.code(), "quota-exceeded");
    assert!(matches!(
        refused,
        StorageRefused::OverQuota { limit: 10, used: 8 }
    ));
    for (bytes, fits) in [(2, true), (3, false), (u64::MAX, false)] {
        assert_eq!(check(&mut tx, alice(), bytes, Some(10)).is_ok(), fits);
    }
    assert!(check(&mut tx, alice(), u64::MAX, None).is_ok());
}

#[test]
fn nothing_more_is_never_too_much() {
    // Not even the store is asked.
    assert!(charge(&mut MockTx::default(), alice(), 0, Some(0)).is_ok());
    assert!(release(&mut MockTx::default(), alice(), 0).is_ok());
}

#[test]
fn an_upload_takes_what_it_needs_where_there_is_no_room_for_a_step() {
    let mut tx = MockTx::default();
    tx.storage
        .expect_extend_reservation()
        .with(eq(ID), eq(0), eq(NOW))
        .returning(|_, _, _| Ok(true));
    tx.storage
        .expect_charge()
        .withf(|_, bytes, _| *bytes == 16)
        .once()
        .returning(|_, _, _| Ok(false));
    tx.storage
        .expect_charge()
        .withf(|_, bytes, _| *bytes == 2)
        .once()
        .returning(|_, _, _| Ok(true));
    tx.storage
        .expect_extend_reservation()
        .with(eq(ID), eq(2), eq(NOW))
        .once()
        .returning(|_, _, _| Ok(true));
    assert_eq!(extend(&mut tx, row(16), 7, Some(10), 2).unwrap(), 2);
}

#[test]
fn an_upload_that_was_given_up_too_early_is_charged_anew() {
    let mut tx = MockTx::default();
    tx.storage
        .expect_extend_reservation()
        .once()
        .returning(|_, _, _| Ok(false));
    tx.storage
        .expect_charge()
        .withf(|_, bytes, _| *bytes == 7 + 16)
        .once()
        .returning(|_, _, _| Ok(true));
    tx.storage
        .expect_insert_reservation()
        .withf(|new| new.bytes == 7 + 16)
        .once()
        .returning(|_| Ok(()));
    assert_eq!(extend(&mut tx, row(16), 7, None, 2).unwrap(), 16);
}

fn claim(id: Option<ReservationId>) -> Claim {
    Claim::for_tests(alice(), id)
}

#[test]
fn a_file_is_charged_for_what_it_has_and_no_more() {
    for (held, size, charged, released) in [
        (Some(10), 10, None, None),
        (Some(10), 12, Some(2), None),
        (Some(10), 7, None, Some(3)),
        // Given back meanwhile, since nobody had heard of it.
        (None, 10, Some(10), None),
    ] {
        let mut tx = MockTx::default();
        tx.storage
            .expect_take_reservation()
            .with(eq(ID))
            .once()
            .returning(move |_| Ok(held.map(row)));
        if let Some(bytes) = charged {
            tx.storage
                .expect_charge()
                .with(eq(alice()), eq(bytes), eq(None))
                .once()
                .returning(|_, _, _| Ok(true));
        }
        if let Some(bytes) = released {
            tx.storage
                .expect_release()
                .with(eq(alice()), eq(bytes))
                .once()
                .returning(|_, _| Ok(()));
        }
        settle(&mut tx, claim(Some(ID)), size).unwrap();
    }
    let mut tx = MockTx::default();
    tx.storage
        .expect_charge()
        .with(eq(alice()), eq(5), eq(None))
        .once()
        .returning(|_, _, _| Ok(true));
    settle(&mut tx, claim(None), 5).unwrap();
}

#[test]
fn a_reservation_is_given_back_once() {
    let mut tx = MockTx::default();
    tx.storage
        .expect_take_reservation()
        .once()
        .returning(|_| Ok(Some(row(9))));
    tx.storage
        .expect_release()
        .with(eq(alice()), eq(9))
        .once()
        .returning(|_, _| Ok(()));
    assert!(give_back(&mut tx, ID).unwrap());
    tx.storage
        .expect_take_reservation()
        .once()
        .returning(|_| Ok(None));
    assert!(!give_back(&mut tx, ID).unwrap());
}

/// Runs each unit on the mocks.
struct OneTx(Mutex<MockTx>);

#[async_trait]
impl Store for OneTx {
    async fn run_write(&self, mut unit: Unit) -> Result<(), StoreError> {
        unit(&mut *self.0.lock().unwrap());
        Ok(())
    }

    async fn run_read(&self, unit: Unit) -> Result<(), StoreError> {
        self.run_write(unit).await
    }

    async fn probe(&self) -> Result<(), StoreError> {
        Ok(())
    }
}

fn storage(tx: MockTx, free: Option<u64>, rules: StorageRules) -> (Storage, Arc<FixedClock>) {
    let clock = Arc::new(FixedClock::at(NOW));
    let env = Environment {
        store: Arc::new(OneTx(Mutex::new(tx))),
        clock: clock.clone(),
        entropy: Arc::new(CountingEntropy::default()),
    };
    let mut blobs = MockBlobStore::new();
    blobs.expect_free_space().returning(move || Ok(free));
    (Storage::new(env, Arc::new(blobs), rules), clock)
}

#[test]
fn the_disk_keeps_its_floor() {
    let rules = StorageRules {
        free_space_floor: 100,
        ..StorageRules::default()
    };
    for (free, bytes, admitted) in [
        (Some(100), 0, true),
        (Some(99), 0, false),
        (Some(150), 50, true),
        (Some(150), 51, false),
        (Some(u64::MAX), u64::MAX, true),
        (None, u64::MAX, true),
    ] {
        let (storage, _) = storage(MockTx::default(), free, rules);
        let outcome = block_on(storage.admit(bytes));
        assert_eq!(outcome.is_ok(), admitted, "{free:?} {bytes}");
        if let Err(refused) = outcome {
            assert_eq!(refused.kind(), ErrorKind::StorageFull);
        }
    }
}

#[test]
fn all_together_stay_within_theirs() {
    let rules = StorageRules {
        total: Some(100),
        ..StorageRules::default()
    };
    let mut tx = MockTx::default();
    // Read twice in all.
    tx.storage.expect_sum().times(2).returning(|| Ok(60));
    let (storage, clock) = storage(tx, None, rules);
    let other = storage.clone();
    assert!(block_on(storage.admit(30)).is_ok());
    // What was admitted a moment ago counts, whoever asks.
    assert!(block_on(other.admit(11)).is_err());
    assert!(block_on(other.admit(10)).is_ok());
    assert!(block_on(storage.admit(1)).is_err());
    clock.advance(std::time::Duration::from_secs(5));
    assert!(block_on(storage.admit(40)).is_ok());
}

#[test]
fn an_upload_that_is_dropped_gives_its_room_back() {
    let mut tx = MockTx::default();
    tx.storage
        .expect_find()
        .returning(|_| Ok(AccountStorage::default()));
    tx.storage
        .expect_extend_reservation()
        .returning(|_, _, _| Ok(false));
    tx.storage
        .expect_charge()
        .withf(|_, bytes, _| *bytes == 2 << 20)
        .once()
        .returning(|_, _, _| Ok(true));
    tx.storage
        .expect_insert_reservation()
        .once()
        .returning(|_| Ok(()));
    tx.storage
        .expect_take_reservation()
        .once()
        .returning(|id| Ok(Some(StorageReservation { id, ..row(2 << 20) })));
    tx.storage
        .expect_release()
        .with(eq(alice()), eq(2 << 20))
        .once()
        .returning(|_, _| Ok(()));
    let (storage, _) = storage(tx, None, StorageRules::default());
    drop(block_on(storage.reserve(alice(), Some(2 << 20))).unwrap());
    assert_eq!(block_on(storage.release_abandoned()).unwrap(), 1);
    assert_eq!(block_on(storage.release_abandoned()).unwrap(), 0);
}
