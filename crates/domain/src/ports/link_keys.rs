use crate::Secret;
use crate::links::LinkId;

/// Derives what links are opened with: HKDF-SHA-256 (RFC 5869), without salt, since what it starts from is random.
#[cfg_attr(any(test, feature = "testing"), mockall::automock)]
pub trait LinkKeys: Send + Sync {
    /// What is shown in place of a link's secret: `info` is `sealpost/link/proof/v1`, a zero byte, and the link's id.
    fn proof(&self, secret: &Secret<[u8; 32]>, id: &LinkId) -> Secret<[u8; 32]>;

    /// What the key of a file is sealed under that the server can open, out of the proof: `info` is `sealpost/link/key/v1`, a
    /// zero byte, and the link's id.
    fn key(&self, proof: &Secret<[u8; 32]>, id: &LinkId) -> Secret<[u8; 32]>;

    /// What the same key is sealed under while the link is open, out of a download token.
    fn download_key(&self, token: &[u8]) -> Secret<[u8; 32]>;
}
