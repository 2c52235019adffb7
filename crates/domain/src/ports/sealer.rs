use thiserror::Error;
use zeroize::Zeroizing;

use crate::Secret;

/// What is sealed; each purpose has a key of its own, derived from the master key (HKDF label `sealpost/<purpose>/v1`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SealPurpose {
    /// The installation's own secrets: canary, pepper, token-signing key.
    Server,
    /// Secrets of authenticators.
    Totp,
    /// Keys of files.
    File,
    /// Key backups.
    KeyBackup,
    /// Keys of conversations and the bodies sealed under them.
    Conversation,
    /// Mails that wait to be sent.
    Outbox,
    /// Private keys that the server keeps for people, and what opens them.
    UserKey,
    /// Answers that are kept for those who repeat their request.
    Answer,
}

/// Where a sealed value belongs. It is authenticated with the value (AAD), so that a value copied to another row,
/// owner, column or purpose does not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Binding<'a> {
    /// What it is for.
    pub purpose: SealPurpose,
    /// The table it rests in.
    pub table: &'static str,
    /// The column it rests in.
    pub column: &'static str,
    /// The row's primary key.
    pub row: &'a [u8],
    /// The id of the account or conversation it belongs to; empty for the server's own.
    pub owner: &'a [u8],
}

/// Why a value could not be sealed or opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum SealError {
    /// Sealed under a master key this server does not have.
    #[error("sealed under a master key that this server does not have")]
    UnknownKey,
    /// Damaged, or not what the binding says.
    #[error("the sealed value is damaged or belongs elsewhere")]
    Rejected,
}

/// Authenticated encryption of small values at rest (XChaCha20-Poly1305, random nonces) under the newest master key.
#[cfg_attr(any(test, feature = "testing"), mockall::automock)]
pub trait Sealer: Send + Sync {
    /// Seals `plaintext` (at most 1 MiB) so that it opens only under the same binding.
    fn seal<'a>(&self, binding: &Binding<'a>, plaintext: &[u8]) -> Vec<u8>;

    /// Opens what [`Sealer::seal`] made, under any master key the server still has.
    ///
    /// # Errors
    /// [`SealError`]; nothing of the plaintext comes out of a failure.
    fn open<'a>(
        &self,
        binding: &Binding<'a>,
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, SealError>;

    /// Seals `plaintext` under a key of its own (a conversation's) instead of the master key.
    fn seal_under<'a>(
        &self,
        key: &Secret<[u8; 32]>,
        binding: &Binding<'a>,
        plaintext: &[u8],
    ) -> Vec<u8>;

    /// Opens what [`Sealer::seal_under`] made with the same key.
    ///
    /// # Errors
    /// [`SealError::Rejected`].
    fn open_under<'a>(
        &self,
        key: &Secret<[u8; 32]>,
        binding: &Binding<'a>,
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, SealError>;
}
