use std::time::Duration;

use crate::Timestamp;
use crate::ports::Digest;

/// A stored pair.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataKey {
    /// One more than that of the pair it follows; 1 if there is none to follow.
    pub generation: u32,
    /// PEM (SPKI) of the public half.
    pub public_pem: String,
    /// PKCS#8 of the private half, sealed under the master key.
    pub sealed_private: Vec<u8>,
    /// From when on it is handed out.
    pub serves_from: Timestamp,
    /// When its successor takes its place.
    pub serves_until: Timestamp,
    /// From when on nothing is opened with it.
    pub retires_at: Timestamp,
}

impl DataKey {
    /// How long a pair is handed out.
    pub const SERVICE: Duration = Duration::from_secs(24 * 60 * 60);
    /// How much longer it opens what was encrypted for it.
    pub const GRACE: Duration = Duration::from_secs(15 * 60);
    /// How long before its time the next pair is made: so long may an instance be unable to make one.
    pub const AHEAD: Duration = Duration::from_secs(2 * 60 * 60);
}

/// A ciphertext that was accepted, or is about to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DataKeyUse {
    /// The pair it was opened with.
    pub generation: u32,
    /// SHA-256 of the ciphertext.
    pub digest: Digest,
}
