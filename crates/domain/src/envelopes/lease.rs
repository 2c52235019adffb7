//! The receiver's client takes what waits. It is leased, so that nobody else gets it meanwhile, and deleted once it was
//! handed over ([`Envelopes::settle`]); if that breaks off it waits as before ([`Envelopes::release`]).

use super::{Envelope, EnvelopeId, Envelopes, LeaseId};
use crate::Timestamp;
use crate::accounts::AccountId;
use crate::messages::Format;
use crate::ports::{StoreError, StoreExt, Tx};
use crate::sessions::Actor;

/// That some envelopes are on their way to their receiver's client.
#[derive(Debug, Clone, Copy)]
pub struct Lease {
    pub(super) account: AccountId,
    pub(super) id: LeaseId,
    pub(super) count: usize,
}

/// Envelopes on their way to their receiver's client.
#[derive(Debug, Clone)]
pub struct Delivery {
    /// Under what they are.
    pub lease: Lease,
    /// Oldest first.
    pub envelopes: Vec<Envelope>,
}

/// Which envelopes one unit of work may take.
#[derive(Clone, Copy)]
struct Wanted {
    account: AccountId,
    format: Format,
    lease: LeaseId,
    now: Timestamp,
    bytes: u64,
}

/// What one unit of work took.
struct Taken {
    envelopes: Vec<Envelope>,
    bytes: u64,
    is_last: bool,
}

impl Envelopes {
    /// Takes what waits for the caller in this format and is on its way to nobody, oldest first: as many as have
    /// [`Envelopes::MAX_DELIVERY_BYTES`] together, but at least one. They are the caller's for [`Envelopes::LEASE`], which
    /// [`Envelopes::renew`] prolongs.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn lease(&self, actor: &Actor, format: Format) -> Result<Delivery, StoreError> {
        let mut wanted = Wanted {
            account: actor.account(),
            format,
            lease: self.env.new_id(),
            now: self.env.now(),
            bytes: Self::MAX_DELIVERY_BYTES,
        };
        let mut lease = Lease {
            account: wanted.account,
            id: wanted.lease,
            count: 0,
        };
        let mut envelopes = Vec::new();
        loop {
            let taken: Result<Taken, StoreError> =
                self.env.store.write(move |tx| take(tx, &wanted)).await;
            let taken = match taken {
                Ok(taken) => taken,
                Err(error) => {
                    // What was taken before must not wait for the lease to run out. If this fails too, it does.
                    let _ = self.release(lease).await;
                    return Err(error);
                }
            };
            envelopes.extend(taken.envelopes);
            lease.count = envelopes.len();
            wanted.bytes = wanted.bytes.saturating_sub(taken.bytes);
            if taken.is_last {
                return Ok(Delivery { lease, envelopes });
            }
        }
    }
}

fn take(tx: &mut dyn Tx, wanted: &Wanted) -> Result<Taken, StoreError> {
    let Wanted { account, now, .. } = *wanted;
    // One at a time: what this one sees as free stays free until it has it.
    tx.envelopes().lock(account)?;
    let free = tx
        .envelopes()
        .list_free(account, wanted.format, now, Envelopes::BATCH)?;
    let is_batch_full = free.len() >= usize::try_from(Envelopes::BATCH).unwrap_or(usize::MAX);
    let is_first = wanted.bytes == Envelopes::MAX_DELIVERY_BYTES;
    let (ids, bytes) = fitting(&free, wanted.bytes, is_first);
    let is_last = !is_batch_full || ids.len() < free.len();
    let until = now + Envelopes::LEASE;
    let envelopes = tx.envelopes().lease(account, &ids, wanted.lease, until)?;
    Ok(Taken {
        envelopes,
        bytes,
        is_last,
    })
}

/// The first of `free` (ids and sizes) that have at most `room` bytes together, at least one if `one_at_least`, and how
/// many bytes they have.
fn fitting(free: &[(EnvelopeId, u64)], room: u64, one_at_least: bool) -> (Vec<EnvelopeId>, u64) {
    let (mut ids, mut bytes) = (Vec::new(), 0_u64);
    for (id, size) in free {
        let more = bytes.saturating_add(*size);
        if more > room && !(one_at_least && ids.is_empty()) {
            break;
        }
        ids.push(*id);
        bytes = more;
    }
    (ids, bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{MockTx, account};

    fn id(byte: u8) -> EnvelopeId {
        EnvelopeId::from_bytes([byte; 16])
    }

    fn wanted(bytes: u64) -> Wanted {
        Wanted {
            account: account("bob").id,
            format: Format::Mailbox,
            lease: LeaseId::from_bytes([9; 16]),
            now: Timestamp::from_seconds(1),
            bytes,
        }
    }

    #[test]
    fn a_delivery_ends_before_it_is_too_large_but_has_one_at_least() {
        let free = [(id(1), 5), (id(2), 5), (id(3), 1)];
        assert_eq!(fitting(&free, 10, true), (vec![id(1), id(2)], 10));
        assert_eq!(fitting(&free, 9, true), (vec![id(1)], 5));
        assert_eq!(fitting(&free, 4, true), (vec![id(1)], 5));
        assert_eq!(fitting(&free, 4, false), (vec![], 0));
    }

    #[test]
    fn what_is_leased_is_what_was_seen_under_the_lock() {
        let mut tx = MockTx::default();
        let mut order = mockall::Sequence::new();
        tx.envelopes
            .expect_lock()
            .once()
            .in_sequence(&mut order)
            .returning(|_| Ok(super::super::Tally::default()));
        tx.envelopes
            .expect_list_free()
            .once()
            .in_sequence(&mut order)
            .returning(|_, _, _, _| Ok(vec![(id(1), 3), (id(2), 3)]));
        tx.envelopes
            .expect_lease()
            .withf(|who, ids, lease, until| {
                *who == account("bob").id
                    && ids == [id(1)]
                    && *lease == LeaseId::from_bytes([9; 16])
                    && *until == Timestamp::from_seconds(61)
            })
            .once()
            .in_sequence(&mut order)
            .returning(|_, _, _, _| Ok(Vec::new()));
        let taken = take(&mut tx, &wanted(4)).unwrap();
        assert!(taken.is_last);
        assert_eq!(taken.bytes, 3);
    }
}
