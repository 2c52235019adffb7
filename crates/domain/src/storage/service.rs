use std::sync::{Arc, Mutex, PoisonError};

use super::ReservationId;
use super::admit::Reading;
use crate::Environment;
use crate::ports::BlobStore;

/// What the operator allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct StorageRules {
    /// How many bytes an account may store that has no quota of its own; None: no limit.
    pub quota: Option<u64>,
    /// How many bytes all accounts may store together; None: no limit.
    pub total: Option<u64>,
    /// How many bytes stay free where the blobs rest, if that can be told; 0: none.
    pub free_space_floor: u64,
}

/// The use cases of quotas. Cloning is cheap; clones share what they know.
#[derive(Clone)]
pub struct Storage {
    pub(super) env: Environment,
    pub(super) blobs: Arc<dyn BlobStore>,
    pub(super) rules: StorageRules,
    pub(super) shared: Arc<Shared>,
}

/// What all clones know together.
#[derive(Default)]
pub(super) struct Shared {
    /// What all accounts store, as last read.
    pub(super) total: Mutex<Option<Reading>>,
    /// Reservations of uploads that were dropped.
    abandoned: Mutex<Vec<ReservationId>>,
}

impl Shared {
    pub(super) fn abandon(&self, id: ReservationId) {
        let abandoned = self.abandoned.lock();
        abandoned.unwrap_or_else(PoisonError::into_inner).push(id);
    }

    pub(super) fn take_abandoned(&self) -> Vec<ReservationId> {
        let abandoned = self.abandoned.lock();
        std::mem::take(&mut *abandoned.unwrap_or_else(PoisonError::into_inner))
    }
}

impl Storage {
    /// The service over its ports. Its own units of work are no part of a request's outcome: where requests are idempotent,
    /// `env` must not mark them.
    #[must_use]
    pub fn new(env: Environment, blobs: Arc<dyn BlobStore>, rules: StorageRules) -> Self {
        Self {
            env,
            blobs,
            rules,
            shared: Arc::default(),
        }
    }

    /// What the operator allows.
    #[must_use]
    pub const fn rules(&self) -> StorageRules {
        self.rules
    }
}
