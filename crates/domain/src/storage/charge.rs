//! An account stores more, or less.

use thiserror::Error;

use super::Storage;
use crate::accounts::AccountId;
use crate::ports::{BlobError, StoreError, Tx};

/// Why nothing more is stored.
#[derive(Debug, Error)]
pub enum StorageRefused {
    /// The account has no room left of its own.
    #[error("this account may store {limit} bytes, and stores {used}")]
    OverQuota {
        /// How many it may store.
        limit: u64,
        /// How many it stores, with what is reserved for its uploads.
        used: u64,
    },
    /// The server has none.
    #[error("the server has no room left")]
    Full,
    /// The blob store failed.
    #[error(transparent)]
    Blob(#[from] BlobError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

domain_error!(StorageRefused {
    OverQuota: OverQuota, "quota-exceeded";
    Full: StorageFull, "storage-full";
} else { Blob, Store });

impl Storage {
    /// From here on the account stores `bytes` more: a rule for the unit of work that stores them. The unit touches accounts
    /// and files first.
    ///
    /// # Errors
    /// [`StorageRefused::OverQuota`]; [`StorageRefused::Store`].
    pub fn charge(
        &self,
        tx: &mut dyn Tx,
        account: AccountId,
        bytes: u64,
    ) -> Result<(), StorageRefused> {
        charge(tx, account, bytes, self.rules.quota)
    }

    /// From here on the account stores `bytes` less: a rule for the unit of work that deletes them.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn release(
        &self,
        tx: &mut dyn Tx,
        account: AccountId,
        bytes: u64,
    ) -> Result<(), StoreError> {
        release(tx, account, bytes)
    }
}

/// [`Storage::charge`] where everybody may store `default` bytes.
pub(super) fn charge(
    tx: &mut dyn Tx,
    account: AccountId,
    bytes: u64,
    default: Option<u64>,
) -> Result<(), StorageRefused> {
    // Nothing more is never too much, also for an account whose quota has become smaller than what it stores.
    if bytes == 0 || tx.storage().charge(account, bytes, default)? {
        return Ok(());
    }
    Err(over_quota(tx, account, default)?)
}

pub(crate) fn release(tx: &mut dyn Tx, account: AccountId, bytes: u64) -> Result<(), StoreError> {
    if bytes == 0 {
        return Ok(());
    }
    tx.storage().release(account, bytes)
}

/// The refusal, with the account's numbers.
fn over_quota(
    tx: &mut dyn Tx,
    account: AccountId,
    default: Option<u64>,
) -> Result<StorageRefused, StoreError> {
    let row = tx.storage().find(account)?;
    Ok(StorageRefused::OverQuota {
        // Where there is no limit nothing is refused.
        limit: row.choice.limit(default).unwrap_or(u64::MAX),
        used: row.used,
    })
}

/// Whether `bytes` more would fit, without charging them.
pub(super) fn check(
    tx: &mut dyn Tx,
    account: AccountId,
    bytes: u64,
    default: Option<u64>,
) -> Result<(), StorageRefused> {
    let row = tx.storage().find(account)?;
    match row.choice.limit(default) {
        Some(limit) if bytes > 0 && row.used.saturating_add(bytes) > limit => {
            Err(StorageRefused::OverQuota {
                limit,
                used: row.used,
            })
        }
        _ => Ok(()),
    }
}
