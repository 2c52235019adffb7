/// A SHA-256 digest or an HMAC-SHA-256 tag.
pub type Digest = [u8; 32];

/// Which derived key a MAC is made with; each purpose has a key of its own (HKDF label `sealpost/<purpose>/v1`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MacPurpose {
    /// Successors of refresh tokens.
    Token,
    /// Short codes that people type.
    Code,
    /// Keys of counters of guesses and requests.
    Throttle,
    /// Paging cursors.
    Cursor,
    /// What belongs to a begun federated login: its nonce, its PKCE verifier, where it was begun.
    Federation,
    /// What tells a repeated request from another one of the same name.
    Repeat,
    /// What somebody was asked who wants an account.
    Challenge,
}

/// Digests and message authentication codes, computed at once.
pub trait Digester: Send + Sync {
    /// SHA-256 (FIPS 180-4) of `data`. Fit for values of at least 112 bits of entropy only.
    fn digest(&self, data: &[u8]) -> Digest;

    /// HMAC-SHA-256 (RFC 2104) of `data` under the server's key for `purpose`.
    fn mac(&self, purpose: MacPurpose, data: &[u8]) -> Digest;
}
