use super::StoreError;
use crate::Timestamp;
use crate::mail::{MailId, MailSummary, MailTemplate, OutboxTally, SealedMail};

/// A mail that a worker has taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeasedMail {
    /// Its id.
    pub id: MailId,
    /// Which text it has.
    pub template: MailTemplate,
    /// What it says, sealed.
    pub payload: Vec<u8>,
    /// When it was written.
    pub created_at: Timestamp,
    /// When it is worth nothing any more.
    pub not_after: Timestamp,
    /// How many tries were begun, with this one. Together with the id it names the lease: the next one has another.
    pub attempts: u32,
}

repository! {
/// Mails that wait to be sent, and those that were given up. A mail whose template this version of the program does not
/// know yet is left to the newer instance that wrote it: it is neither leased nor shown.
#[cfg_attr(any(test, feature = "testing"), mockall::automock)]
pub trait OutboxRepository {
    /// Stores a mail that is due from `created_at` on. When the unit is committed, the store tells
    /// [`WakeUps::mail_waits`](super::WakeUps::mail_waits).
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if there is one of this id; [`StoreError`].
    fn insert(&mut self, mail: &SealedMail) -> Result<(), StoreError>;

    /// Whether `count` (1 or more) mails or more wait or are leased.
    ///
    /// # Errors
    /// [`StoreError`].
    fn has_waiting(&mut self, count: u32) -> Result<bool, StoreError>;

    /// What is in the outbox: how many mails wait or are leased, since when the oldest of them does, and how many are dead.
    ///
    /// # Errors
    /// [`StoreError`].
    fn tally(&mut self) -> Result<OutboxTally, StoreError>;

    /// Takes the mail that has been due for longest at `now` (of equals, the one with the lowest id): nobody else gets
    /// it before `until`, and its attempts are one more. A lease that has run out is due like any other. Of many units
    /// that run at once, exactly one gets a mail. None if nothing is due, or if others were faster with it.
    ///
    /// # Errors
    /// [`StoreError`].
    fn lease_next(
        &mut self,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Option<LeasedMail>, StoreError>;

    /// Deletes a mail that was sent, whoever holds it now. False if it is not there; a dead one stays.
    ///
    /// # Errors
    /// [`StoreError`].
    fn delete(&mut self, id: MailId) -> Result<bool, StoreError>;

    /// Ends the lease that `attempts` names: the mail waits until `next_at`, and `reason` is noted. False, and nothing
    /// changes, if somebody else has taken it since, or it is gone.
    ///
    /// # Errors
    /// [`StoreError`].
    fn defer(
        &mut self,
        id: MailId,
        attempts: u32,
        next_at: Timestamp,
        reason: &str,
    ) -> Result<bool, StoreError>;

    /// Ends the lease that `attempts` names and makes the mail a dead letter: its payload is destroyed, `reason` is
    /// noted. False, and nothing changes, if somebody else has taken it since, or it is gone.
    ///
    /// # Errors
    /// [`StoreError`].
    fn bury(
        &mut self,
        id: MailId,
        attempts: u32,
        now: Timestamp,
        reason: &str,
    ) -> Result<bool, StoreError>;

    /// Makes a mail due at `now` that waits after this many attempts, or whose lease of this number has run out at
    /// `now`. False, and nothing changes, if it is neither. When the unit is committed, the store tells
    /// [`WakeUps::mail_waits`](super::WakeUps::mail_waits).
    ///
    /// # Errors
    /// [`StoreError`].
    fn hasten(&mut self, id: MailId, attempts: u32, now: Timestamp) -> Result<bool, StoreError>;

    /// What can be seen of a mail; None if there is none of this id.
    ///
    /// # Errors
    /// [`StoreError`].
    fn find(&mut self, id: MailId) -> Result<Option<MailSummary>, StoreError>;

    /// The mails with ids below `before` (all, without it), waiting and dead, highest id first, at most `limit`.
    ///
    /// # Errors
    /// [`StoreError`].
    fn page(&mut self, before: Option<MailId>, limit: u32) -> Result<Vec<MailSummary>, StoreError>;

    /// Deletes at most `limit` dead letters that died at `before` or earlier. Returns how many.
    ///
    /// # Errors
    /// [`StoreError`].
    fn delete_dead(&mut self, before: Timestamp, limit: u32) -> Result<u64, StoreError>;
}
}
