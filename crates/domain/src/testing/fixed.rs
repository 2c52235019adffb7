use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;

use crate::Timestamp;
use crate::ports::{Clock, Digest, Digester, Entropy, MacPurpose, Store, StoreError, Unit};

/// A clock that stands still until it is told to move.
#[derive(Debug)]
pub struct FixedClock(AtomicI64);

impl FixedClock {
    /// A clock that shows `now`.
    #[must_use]
    pub const fn at(now: Timestamp) -> Self {
        Self(AtomicI64::new(now.as_micros()))
    }

    /// Moves the clock on.
    pub fn advance(&self, by: Duration) {
        let later = self.now() + by;
        self.0.store(later.as_micros(), Ordering::SeqCst);
    }
}

impl Clock for FixedClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.0.load(Ordering::SeqCst))
    }
}

/// Bytes that differ at every call and are the same in every run.
#[derive(Debug, Default)]
pub struct CountingEntropy(AtomicU64);

impl Entropy for CountingEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        let count = self.0.fetch_add(1, Ordering::SeqCst).to_be_bytes();
        bytes.fill(0xC0);
        for (byte, digit) in bytes.iter_mut().rev().zip(count.iter().rev()) {
            *byte = *digit;
        }
    }
}

/// A store that does nothing, for what must not need one: each unit of work fails.
#[derive(Debug, Default)]
pub struct NoStore;

#[async_trait]
impl Store for NoStore {
    async fn run_write(&self, _: Unit) -> Result<(), StoreError> {
        Err(StoreError::Ended)
    }

    async fn run_read(&self, _: Unit) -> Result<(), StoreError> {
        Err(StoreError::Ended)
    }

    async fn probe(&self) -> Result<(), StoreError> {
        Err(StoreError::Ended)
    }
}

/// Digests that differ for different inputs and hide nothing.
#[derive(Debug, Default)]
pub struct ToyDigester;

impl Digester for ToyDigester {
    fn digest(&self, data: &[u8]) -> Digest {
        let mut digest = [0; 32];
        for (number, part) in digest.chunks_exact_mut(8).enumerate() {
            let mut hasher = DefaultHasher::new();
            (number, data).hash(&mut hasher);
            part.copy_from_slice(&hasher.finish().to_be_bytes());
        }
        digest
    }

    fn mac(&self, purpose: MacPurpose, data: &[u8]) -> Digest {
        let mut hasher = DefaultHasher::new();
        purpose.hash(&mut hasher);
        let keyed = [&hasher.finish().to_be_bytes(), data].concat();
        self.digest(&keyed)
    }
}
