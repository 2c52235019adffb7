//! Rotation and agreement, over a store and a cipher that only pretend.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use futures_executor::block_on;
use zeroize::Zeroizing;

use super::*;
use crate::ports::{
    DataKeyCipher, DataKeyFailure, DataKeyOpener, Digest, Digester, MacPurpose, MockSealer,
    NewDataKeyPair, Store, StoreError, Tx, Unit,
};
use crate::testing::{CountingEntropy, FixedClock, MockTx};
use crate::{Environment, Secret, Timestamp};

const HOUR: Duration = Duration::from_secs(3_600);

/// The rows, behind mocks that work on them.
#[derive(Clone, Default)]
struct Rows(Arc<Mutex<Vec<DataKey>>>, Arc<Mutex<Vec<DataKeyUse>>>);

impl Rows {
    fn tx(&self) -> MockTx {
        let mut tx = MockTx::default();
        let rows = self.clone();
        tx.data_keys.expect_list().returning(move || {
            let mut keys = rows.0.lock().unwrap().clone();
            keys.reverse();
            Ok(keys)
        });
        let rows = self.clone();
        tx.data_keys.expect_insert_new().returning(move |key| {
            let mut keys = rows.0.lock().unwrap();
            let new = keys.iter().all(|other| other.generation != key.generation);
            if new {
                keys.push(key.clone());
            }
            Ok(new)
        });
        let rows = self.clone();
        tx.data_keys
            .expect_delete_retired()
            .returning(move |before| {
                rows.0.lock().unwrap().retain(|key| key.retires_at > before);
                Ok(1)
            });
        let rows = self.clone();
        tx.data_keys
            .expect_is_used()
            .returning(move |used| Ok(rows.1.lock().unwrap().contains(used)));
        tx
    }

    fn generations(&self) -> Vec<u32> {
        self.0
            .lock()
            .unwrap()
            .iter()
            .map(|key| key.generation)
            .collect()
    }
}

#[async_trait]
impl Store for Rows {
    async fn run_write(&self, mut unit: Unit) -> Result<(), StoreError> {
        unit(&mut self.tx());
        Ok(())
    }

    async fn run_read(&self, unit: Unit) -> Result<(), StoreError> {
        self.run_write(unit).await
    }

    async fn probe(&self) -> Result<(), StoreError> {
        Ok(())
    }
}

/// Pairs are numbered; a ciphertext is the pair's number and the password.
struct Numbered(AtomicU32);

#[async_trait]
impl DataKeyCipher for Numbered {
    async fn generate(&self) -> Result<NewDataKeyPair, DataKeyFailure> {
        let number = self.0.fetch_add(1, Ordering::SeqCst);
        Ok(NewDataKeyPair {
            public_pem: number.to_string(),
            private: Secret::new(number.to_string().into_bytes()),
        })
    }

    fn load(&self, private: &[u8]) -> Result<Arc<dyn DataKeyOpener>, DataKeyFailure> {
        Ok(Arc::new(Opener(private.to_vec())))
    }
}

struct Opener(Vec<u8>);

impl DataKeyOpener for Opener {
    fn open(&self, ciphertext: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let opened = ciphertext.strip_prefix(self.0.as_slice())?;
        Some(Zeroizing::new(opened.to_vec()))
    }
}

struct FirstByte;

impl Digester for FirstByte {
    fn digest(&self, data: &[u8]) -> Digest {
        [data.first().copied().unwrap_or_default(); 32]
    }

    fn mac(&self, _: MacPurpose, _: &[u8]) -> Digest {
        [0; 32]
    }
}

/// An instance whose pairs are numbered from `first`.
fn instance(rows: &Rows, clock: &Arc<FixedClock>, first: u32) -> DataKeys {
    let mut sealer = MockSealer::new();
    sealer.expect_seal().returning(|_, plain| plain.to_vec());
    sealer
        .expect_open()
        .returning(|_, sealed| Ok(Zeroizing::new(sealed.to_vec())));
    let env = Environment {
        store: Arc::new(rows.clone()),
        clock: clock.clone(),
        entropy: Arc::new(CountingEntropy::default()),
    };
    let cipher = Arc::new(Numbered(AtomicU32::new(first)));
    DataKeys::new(env, Arc::new(sealer), cipher, Arc::new(FirstByte))
}

fn clock() -> Arc<FixedClock> {
    Arc::new(FixedClock::at(Timestamp::from_seconds(1_000_000)))
}

fn serving(keys: &DataKeys) -> String {
    keys.issue().unwrap().public_pem
}

fn opens(keys: &DataKeys, ciphertext: &[u8]) -> bool {
    let opened = block_on(keys.open(ciphertext)).unwrap();
    assert!(opened.used().is_some() || opened.expose().len() == 64);
    opened.used().is_some()
}

#[test]
fn two_instances_agree_on_one() {
    let (rows, clock) = (Rows::default(), clock());
    let (one, other) = (instance(&rows, &clock, 100), instance(&rows, &clock, 200));
    assert_eq!(one.issue(), Err(NoDataKey));
    block_on(one.maintain()).unwrap();
    block_on(other.maintain()).unwrap();
    assert_eq!(
        (serving(&one), serving(&other)),
        ("100".into(), "100".into())
    );
    // Had both looked before either stored, the first one's would stay, too.
    rows.0.lock().unwrap().clear();
    let late = instance(&rows, &clock, 300);
    let mut racing = rows.tx();
    block_on(one.maintain()).unwrap();
    let first = rows.0.lock().unwrap()[0].clone();
    let loser = DataKey {
        public_pem: "301".into(),
        ..first
    };
    assert!(!racing.data_keys().insert_new(&loser).unwrap());
    block_on(late.maintain()).unwrap();
    assert_eq!(serving(&late), serving(&one));
}

#[test]
fn the_next_one_is_made_ahead_and_waits() {
    let (rows, clock) = (Rows::default(), clock());
    let keys = instance(&rows, &clock, 1);
    block_on(keys.maintain()).unwrap();
    clock.advance(21 * HOUR);
    block_on(keys.maintain()).unwrap();
    assert_eq!(rows.generations(), [1]);
    clock.advance(HOUR);
    block_on(keys.maintain()).unwrap();
    assert_eq!(
        (rows.generations(), serving(&keys)),
        (vec![1, 2], "1".into())
    );
    // A client that was told of it by an instance whose clock is ahead.
    assert!(opens(&keys, b"2password"));
    clock.advance(2 * HOUR);
    assert_eq!(serving(&keys), "2");
    clock.advance(DataKey::GRACE - Duration::from_secs(1));
    assert!(opens(&keys, b"1password"));
    clock.advance(Duration::from_secs(1));
    assert!(!opens(&keys, b"1password"));
    clock.advance(Duration::from_secs(60));
    block_on(keys.maintain()).unwrap();
    assert_eq!(rows.generations(), [2]);
}

#[test]
fn after_a_long_sleep_a_new_one_serves_at_once() {
    let (rows, clock) = (Rows::default(), clock());
    block_on(instance(&rows, &clock, 1).maintain()).unwrap();
    clock.advance(100 * HOUR);
    let keys = instance(&rows, &clock, 2);
    block_on(keys.maintain()).unwrap();
    let issued = keys.issue().unwrap();
    assert_eq!(issued.public_pem, "2");
    assert_eq!(issued.until, keys.env.now() + DataKey::SERVICE);
}

#[test]
fn what_does_not_open_or_was_used_becomes_nobodys_password() {
    let (rows, clock) = (Rows::default(), clock());
    let keys = instance(&rows, &clock, 1);
    block_on(keys.maintain()).unwrap();
    let opened = block_on(keys.open(b"1password")).unwrap();
    assert_eq!(opened.expose(), "password");
    let used = opened.used().unwrap();
    assert_eq!((used.generation, used.digest), (1, [b'1'; 32]));
    for wrong in [b"2password".as_slice(), b"1\xff", b""] {
        assert!(!opens(&keys, wrong));
    }
    let random = |ciphertext| block_on(keys.open(ciphertext)).unwrap().expose().to_owned();
    assert_ne!(random(b"2"), random(b"2"));
    rows.1.lock().unwrap().push(used);
    assert!(!opens(&keys, b"1password"));
}
