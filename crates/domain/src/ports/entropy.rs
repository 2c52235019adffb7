/// A cryptographically secure source of randomness.
pub trait Entropy: Send + Sync {
    /// Overwrites all of `bytes` with unpredictable ones. It does not fail: an adapter whose source fails
    /// must end the process, since nothing safe can be done without randomness.
    fn fill(&self, bytes: &mut [u8]);
}
