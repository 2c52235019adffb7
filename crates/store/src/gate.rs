//! The waiting room in front of a pool: a bounded number of units wait a bounded time, everybody else is told at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use sealpost_domain::ports::StoreError;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// How long a unit waits for a connection before it is told to come back.
const PATIENCE: Duration = Duration::from_secs(2);
/// The most units that wait. Those inside take a fraction of a millisecond each, so that a room of this size is empty within
/// seconds; who would wait longer than [`PATIENCE`] is told so then.
const ROOM: usize = 4_096;
/// When those who are turned away should come back.
const RETRY_AFTER: Duration = Duration::from_secs(1);

pub(crate) struct Gate {
    places: Arc<Semaphore>,
    waiting: AtomicUsize,
    room: usize,
}

impl Gate {
    /// `places` units may be inside, and [`ROOM`] may wait.
    pub(crate) fn new(places: usize) -> Self {
        Self::with_room(places, ROOM)
    }

    fn with_room(places: usize, room: usize) -> Self {
        Self {
            places: Arc::new(Semaphore::new(places)),
            waiting: AtomicUsize::new(0),
            room,
        }
    }

    /// A place, kept as long as the permit lives.
    pub(crate) async fn enter(&self) -> Result<OwnedSemaphorePermit, StoreError> {
        if let Ok(permit) = Arc::clone(&self.places).try_acquire_owned() {
            return Ok(permit);
        }
        let seat = Seat::take(&self.waiting);
        if seat.number >= self.room {
            return Err(StoreError::Overloaded {
                retry_after: RETRY_AFTER,
            });
        }
        match tokio::time::timeout(PATIENCE, Arc::clone(&self.places).acquire_owned()).await {
            Ok(Ok(permit)) => Ok(permit),
            Ok(Err(_closed)) => Err(StoreError::Unavailable(None)),
            Err(_elapsed) => Err(StoreError::Overloaded {
                retry_after: RETRY_AFTER,
            }),
        }
    }
}

/// A seat in the waiting room; given back on drop, also when the waiting request is dropped.
struct Seat<'a> {
    waiting: &'a AtomicUsize,
    number: usize,
}

impl<'a> Seat<'a> {
    fn take(waiting: &'a AtomicUsize) -> Self {
        Self {
            waiting,
            number: waiting.fetch_add(1, Ordering::SeqCst),
        }
    }
}

impl Drop for Seat<'_> {
    fn drop(&mut self) {
        self.waiting.fetch_sub(1, Ordering::SeqCst);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_full_room_refuses_at_once_and_a_waiter_after_its_patience() {
        let gate = Arc::new(Gate::with_room(1, 4));
        let inside = gate.enter().await.unwrap();
        let waiters: Vec<_> = (0..4)
            .map(|_| {
                let gate = Arc::clone(&gate);
                tokio::spawn(async move { gate.enter().await.map(drop) })
            })
            .collect();
        tokio::task::yield_now().await;
        let began = tokio::time::Instant::now();
        assert!(matches!(
            gate.enter().await,
            Err(StoreError::Overloaded { .. })
        ));
        assert_eq!(began.elapsed(), Duration::ZERO);
        for waiter in waiters {
            assert!(matches!(
                waiter.await.unwrap(),
                Err(StoreError::Overloaded { .. })
            ));
        }
        assert_eq!(began.elapsed(), PATIENCE);
        drop(inside);
        drop(gate.enter().await.unwrap());
    }
}
