//! A use case has something to write to somebody.

use super::{Outbox, SealedMail};
use crate::ports::{StoreError, Tx};

/// Puts a mail into the outbox, in the unit of work that makes it true. The worker is woken when the unit is committed;
/// a unit that is rolled back sends nothing.
///
/// # Errors
/// [`StoreError::OutboxFull`] if [`Outbox::MAX_WAITING`] mails wait already (units that run at once may go past it by
/// their number); [`StoreError::Conflict`] if it is there already.
pub fn enqueue(tx: &mut dyn Tx, mail: &SealedMail) -> Result<(), StoreError> {
    if tx.outbox().has_waiting(Outbox::MAX_WAITING)? {
        return Err(StoreError::OutboxFull);
    }
    tx.outbox().insert(mail)
}
