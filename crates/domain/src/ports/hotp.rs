use crate::Secret;

/// HMAC-based one-time passwords (RFC 4226, HMAC-SHA-1), on which those by time (RFC 6238) stand.
pub trait Hotp: Send + Sync {
    /// The password of `counter` under `secret`: a number below 1,000,000.
    fn password(&self, secret: &Secret<Vec<u8>>, counter: u64) -> u32;
}
