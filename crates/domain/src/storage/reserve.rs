//! An upload that runs reserves its bytes, so that two of them cannot pass the quota together.

use std::cmp::Ordering;
use std::time::Duration;

use super::charge::{charge, check, release};
use super::{ReservationId, Storage, StorageRefused, StorageReservation};
use crate::Timestamp;
use crate::accounts::AccountId;
use crate::ports::{StoreError, StoreExt, Tx};

/// Up to this size nothing is reserved: what so few bytes can pass the quota by, while they come, is not worth a unit of work.
/// They are charged with their row.
const UNRESERVED: u64 = 1024 * 1024;
/// By how much the reservation of an upload of unknown length grows.
const STEP: u64 = 16 * 1024 * 1024;
/// After how many bytes the disk is looked at again.
const LOOK_EVERY: u64 = 16 * 1024 * 1024;
/// How long a reservation outlives the last sign of its upload.
const LIFETIME: Duration = Duration::from_secs(60 * 60);
/// After how long an upload that runs gives another sign: far less than that.
const RENEW_AFTER: Duration = Duration::from_secs(10 * 60);

/// The room that an upload has while it runs. Dropped before it is settled, it is given back by
/// [`Storage::release_abandoned`].
pub struct Reservation {
    storage: Storage,
    claim: Claim,
    /// How many bytes are charged already.
    held: u64,
    renewed_at: Timestamp,
    /// At which size of the upload the disk was looked at.
    looked_at: u64,
    /// Up to which size the upload was admitted.
    admitted: u64,
}

/// What a unit of work needs of a [`Reservation`].
#[derive(Debug, Clone, Copy)]
pub(crate) struct Claim {
    account: AccountId,
    /// None while nothing is charged.
    id: Option<ReservationId>,
    /// What everybody may store.
    default: Option<u64>,
}

#[cfg(test)]
impl Claim {
    pub(super) const fn for_tests(account: AccountId, id: Option<ReservationId>) -> Self {
        Self {
            account,
            id,
            default: None,
        }
    }
}

impl Storage {
    /// Makes room for an upload of `length` bytes, or of nobody knows how many.
    ///
    /// # Errors
    /// [`StorageRefused`].
    pub(crate) async fn reserve(
        &self,
        account: AccountId,
        length: Option<u64>,
    ) -> Result<Reservation, StorageRefused> {
        let length = length.unwrap_or(0);
        let default = self.rules.quota;
        self.env
            .store
            .read(move |tx| check(tx, account, length, default))
            .await?;
        self.admit(length).await?;
        let mut reservation = Reservation {
            storage: self.clone(),
            claim: Claim {
                account,
                id: None,
                default,
            },
            held: 0,
            renewed_at: self.env.now(),
            looked_at: 0,
            admitted: length,
        };
        if length > UNRESERVED {
            reservation.extend(length, length).await?;
        }
        Ok(reservation)
    }
}

impl Reservation {
    /// Makes room for the first `size` bytes of the upload. Called for ever more of them, at least every few minutes.
    ///
    /// # Errors
    /// [`StorageRefused`].
    pub(crate) async fn cover(&mut self, size: u64) -> Result<(), StorageRefused> {
        self.look(size).await?;
        if size > self.held.max(UNRESERVED) {
            let needed = size - self.held;
            return self.extend(needed.max(STEP), needed).await;
        }
        let quiet = self.storage.env.now().since(self.renewed_at);
        if self.claim.id.is_some() && quiet > RENEW_AFTER {
            return self.extend(0, 0).await;
        }
        Ok(())
    }

    async fn look(&mut self, size: u64) -> Result<(), StorageRefused> {
        if size < self.looked_at.saturating_add(LOOK_EVERY) {
            return Ok(());
        }
        self.looked_at = size;
        let more = size.saturating_sub(self.admitted);
        self.admitted = self.admitted.max(size);
        if more > 0 {
            self.storage.admit(more).await
        } else {
            self.storage.check_floor(0).await
        }
    }

    /// Charges `wanted` bytes more, or `needed` if there is no room for so many.
    async fn extend(&mut self, wanted: u64, needed: u64) -> Result<(), StorageRefused> {
        let (claim, held, now) = (self.claim, self.held, self.storage.env.now());
        let id = claim.id.unwrap_or_else(|| self.storage.env.new_id());
        // Before it is tried: whether a unit that broke off was kept, nobody can tell.
        self.claim.id = Some(id);
        let store = &self.storage.env.store;
        let more = store
            .write(move |tx| {
                let row = StorageReservation {
                    id,
                    account: claim.account,
                    bytes: wanted,
                    expires_at: now + LIFETIME,
                };
                extend(tx, row, held, claim.default, needed)
            })
            .await?;
        self.held = held.saturating_add(more);
        self.renewed_at = now;
        Ok(())
    }

    /// What the unit of work needs that stores the upload.
    pub(crate) const fn claim(&self) -> Claim {
        self.claim
    }

    /// The unit of work with [`settle`] in it is committed.
    pub(crate) fn settled(mut self) {
        self.claim.id = None;
    }

    /// The upload came to nothing.
    pub(crate) async fn give_back(self) {
        let storage = self.storage.clone();
        drop(self);
        // What fails is tried again by whoever looks after the abandoned ones.
        let _ = storage.release_abandoned().await;
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        if let Some(id) = self.claim.id {
            self.storage.shared.abandon(id);
        }
    }
}

/// Charges `row.bytes` more to an upload that holds `held`, or `needed` if there is no room for so many; says how many.
pub(super) fn extend(
    tx: &mut dyn Tx,
    row: StorageReservation,
    held: u64,
    default: Option<u64>,
    needed: u64,
) -> Result<u64, StorageRefused> {
    let known = tx.storage().extend_reservation(row.id, 0, row.expires_at)?;
    // A new one; or nobody has heard of it for so long that it was given back.
    let lost = if known { 0 } else { held };
    let wanted = lost.saturating_add(row.bytes);
    let more = if wanted == 0 || tx.storage().charge(row.account, wanted, default)? {
        row.bytes
    } else {
        charge(tx, row.account, lost.saturating_add(needed), default)?;
        needed
    };
    if known {
        tx.storage()
            .extend_reservation(row.id, more, row.expires_at)?;
    } else {
        tx.storage().insert_reservation(&StorageReservation {
            bytes: lost.saturating_add(more),
            ..row
        })?;
    }
    Ok(more)
}

/// The upload has `size` bytes and becomes a file, in this unit of work.
pub(crate) fn settle(tx: &mut dyn Tx, claim: Claim, size: u64) -> Result<(), StorageRefused> {
    let held = match claim.id {
        Some(id) => tx
            .storage()
            .take_reservation(id)?
            .map_or(0, |row| row.bytes),
        None => 0,
    };
    match size.cmp(&held) {
        Ordering::Greater => charge(tx, claim.account, size - held, claim.default),
        Ordering::Less => Ok(release(tx, claim.account, held - size)?),
        Ordering::Equal => Ok(()),
    }
}

/// The upload came to nothing: what was charged for it is not any more. False if there was nothing.
pub(super) fn give_back(tx: &mut dyn Tx, id: ReservationId) -> Result<bool, StoreError> {
    let Some(taken) = tx.storage().take_reservation(id)? else {
        return Ok(false);
    };
    release(tx, taken.account, taken.bytes)?;
    Ok(true)
}
