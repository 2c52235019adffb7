use thiserror::Error;

use crate::keys::ChangeKeysError;
use crate::ports::{HashError, NoPair, SealError, StoreError};

/// Why a custodial key cannot be had.
#[derive(Debug, Error)]
pub enum CustodialKeyError {
    /// No pair is ready, and too many wait.
    #[error(transparent)]
    NoPair(#[from] NoPair),
    /// The public half is not taken into the key ring.
    #[error(transparent)]
    Ring(ChangeKeysError),
    /// No key could be derived from the password.
    #[error(transparent)]
    Hash(#[from] HashError),
    /// A stored value does not open.
    #[error("a custodial key in the database cannot be opened")]
    Sealed(#[from] SealError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

domain_error!(CustodialKeyError {
    Sealed: Internal, "internal-error";
} else { NoPair, Ring, Hash, Store });

impl From<ChangeKeysError> for CustodialKeyError {
    fn from(error: ChangeKeysError) -> Self {
        match error {
            ChangeKeysError::Store(error) => Self::Store(error),
            error => Self::Ring(error),
        }
    }
}
