use crate::accounts::AccountId;
use crate::app_passwords::AppPasswordId;
use crate::keys::KeyId;
use crate::ports::KeyParameters;
use crate::{Secret, Timestamp};

/// The private key that the server keeps for an account; one at most for each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustodialKey {
    /// Whose.
    pub account: AccountId,
    /// Its public half in the key ring.
    pub key: KeyId,
    /// PKCS#8, sealed under the wrapping key.
    pub sealed_private: Vec<u8>,
    /// When the account got it.
    pub created_at: Timestamp,
}

/// What opens a custodial key and outlives a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Opener {
    /// The account's password.
    Password,
    /// An app password for the dialect `channel`.
    AppPassword(AppPasswordId),
    /// The recovery key that its owner has put away; one at most.
    RecoveryKey,
}

/// The wrapping key, sealed for one opener.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyOpener {
    /// Whose.
    pub account: AccountId,
    /// The key that it opens.
    pub key: KeyId,
    /// Who opens it.
    pub opener: Opener,
    /// How the opener's key comes out of the password; None where it is derived from a secret that nobody guesses.
    pub parameters: Option<KeyParameters>,
    /// The wrapping key, sealed under the opener's key and around that under the server's.
    pub sealed: Vec<u8>,
}

/// A custodial key that was opened.
#[derive(Debug, Clone)]
pub struct Unlocked {
    /// Which.
    pub key: KeyId,
    /// What its private half is sealed under.
    pub wrapping: Secret<[u8; 32]>,
}
