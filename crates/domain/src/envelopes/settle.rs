//! How a handing over ends.

use super::{Envelopes, Lease};
use crate::ports::{StoreError, StoreExt};

impl Envelopes {
    /// The envelopes were handed over: deletes them. Those whose lease ran out and that somebody else took stay.
    ///
    /// # Errors
    /// [`StoreError`]; then some are still there, and come again.
    pub async fn settle(&self, lease: Lease) -> Result<(), StoreError> {
        let (account, id) = (lease.account, lease.id);
        loop {
            let deleted: Result<u64, StoreError> = self
                .env
                .store
                .write(move |tx| tx.envelopes().delete_leased(account, id, Self::BATCH))
                .await;
            if deleted? < u64::from(Self::BATCH) {
                return Ok(());
            }
        }
    }

    /// The handing over goes on: the envelopes are its own for [`Envelopes::LEASE`] from now. False if they are not any
    /// more.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn renew(&self, lease: Lease) -> Result<bool, StoreError> {
        let (account, id) = (lease.account, lease.id);
        let until = self.env.now() + Self::LEASE;
        let held: Result<u64, StoreError> = self
            .env
            .store
            .write(move |tx| tx.envelopes().renew(account, id, until))
            .await;
        Ok(usize::try_from(held?) == Ok(lease.count))
    }

    /// The handing over broke off: the envelopes wait as before.
    ///
    /// # Errors
    /// [`StoreError`]; then they wait until the lease has run out.
    pub async fn release(&self, lease: Lease) -> Result<(), StoreError> {
        let (account, id) = (lease.account, lease.id);
        self.env
            .store
            .write(move |tx| tx.envelopes().release(account, id))
            .await
    }
}
