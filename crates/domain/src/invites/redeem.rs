//! A newcomer presents an invite's code.

use super::InviteId;
use crate::Timestamp;
use crate::accounts::Account;
use crate::ports::{Digest, StoreError, Tx};

/// An invite that one use was taken of. The account it makes has to be noted before the unit of work ends.
#[derive(Debug)]
#[must_use = "the account that the invite made has to be noted"]
pub(crate) struct Redeemed(InviteId);

/// Takes one use of the invite with this digest, for an account that the same unit of work makes; if the unit is rolled
/// back, the use was not taken. None if the code is unknown, used up, expired or revoked: nobody learns which.
pub(crate) fn redeem(
    tx: &mut dyn Tx,
    digest: &Digest,
    now: Timestamp,
) -> Result<Option<Redeemed>, StoreError> {
    Ok(tx.invites().spend(digest, now)?.map(Redeemed))
}

impl Redeemed {
    /// Notes which account came of it.
    pub(crate) fn made(self, tx: &mut dyn Tx, account: &Account) -> Result<(), StoreError> {
        tx.invites()
            .record_use(self.0, account.id, account.created_at)
    }
}
