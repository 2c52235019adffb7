//! Leases are brought to the store, read, and cleared away.

use std::collections::BTreeSet;

use super::Presence;
use crate::Timestamp;
use crate::accounts::AccountId;
use crate::contacts::Acquaintance;
use crate::ports::{StoreError, StoreExt, Tx};

/// How many leases one unit of work renews.
const BATCH: usize = 500;

impl Presence {
    /// Brings the signs of life that this instance has seen to the store, many in one unit of work. To be called every
    /// second; costs nothing when nobody's lease is due. Returns how many leases were renewed.
    ///
    /// # Errors
    /// [`StoreError`]; what did not reach the store is tried again at the next call.
    pub async fn flush(&self) -> Result<u64, StoreError> {
        let now = self.env.now();
        self.memo().prune(now);
        let mut renewed = 0;
        loop {
            let taken = self.memo().take_due(BATCH, now);
            if taken.is_empty() {
                return Ok(renewed);
            }
            let accounts: Vec<AccountId> = taken.iter().map(|(account, _)| *account).collect();
            let settled = accounts.clone();
            let written = self
                .env
                .store
                .write(move |tx| tx.presence().renew(&accounts, now, now + Self::LEASE))
                .await;
            match written {
                Ok(count) => {
                    self.memo().settle(&settled, self.env.now());
                    renewed += count;
                }
                Err(error) => {
                    self.memo().put_back(&taken);
                    return Err(error);
                }
            }
        }
    }

    /// Deletes leases that have run out: when somebody was there last is nobody's business. To be called now and then;
    /// says how many went.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn sweep(&self) -> Result<u64, StoreError> {
        let now = self.env.now();
        self.env
            .store
            .write(move |tx| tx.presence().sweep(now, 500))
            .await
    }

    /// Whether the account is there, for the dialect `social`, where a conversation is started only with somebody who
    /// is. Who may learn of it is the caller's affair; elsewhere that is decided by [`Acquaintance::shows_presence`].
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn is_online(&self, account: AccountId) -> Result<bool, StoreError> {
        if self.is_due(account) {
            return Ok(true);
        }
        let now = self.env.now();
        let there = self
            .env
            .store
            .ask(move |tx| tx.presence().list_online(&[account], now))
            .await?;
        Ok(!there.is_empty())
    }

    /// Whether `found` is there, by what [`load`] has read; None if the viewer does not get to see it.
    pub(crate) fn of(&self, found: &Acquaintance, there: &BTreeSet<AccountId>) -> Option<bool> {
        let is_there = || there.contains(&found.account) || self.is_due(found.account);
        found.shows_presence().then(is_there)
    }
}

/// Those of `found` who are there, as far as the viewer gets to see it and the store knows.
pub(crate) fn load(
    tx: &mut dyn Tx,
    found: &[Acquaintance],
    now: Timestamp,
) -> Result<BTreeSet<AccountId>, StoreError> {
    let shown = found.iter().filter(|found| found.shows_presence());
    let shown: Vec<AccountId> = shown.map(|found| found.account).collect();
    if shown.is_empty() {
        return Ok(BTreeSet::new());
    }
    Ok(tx
        .presence()
        .list_online(&shown, now)?
        .into_iter()
        .collect())
}
