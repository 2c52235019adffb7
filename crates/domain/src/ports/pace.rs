use async_trait::async_trait;

/// Slows down work that should not get in the way of other work.
#[async_trait]
pub trait Pace: Send + Sync {
    /// Called after so many bytes; returns when it is time for more.
    async fn after(&self, bytes: u64);
}
