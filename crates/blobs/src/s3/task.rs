//! Work on the main runtime that ends with whoever waits for it.

use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::task::{JoinError, JoinHandle};

/// Work on another thread, given up when this is dropped.
pub(super) struct Task<T>(JoinHandle<T>);

impl<T> Task<T> {
    pub(super) const fn of(handle: JoinHandle<T>) -> Self {
        Self(handle)
    }

    /// Gives it up; ready once it does nothing any more.
    pub(super) async fn end(mut self) {
        self.0.abort();
        // What came of it does not matter.
        let _ = (&mut self.0).await;
    }
}

impl<T> Future for Task<T> {
    type Output = Result<T, JoinError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.0).poll(context)
    }
}

impl<T> Drop for Task<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}
