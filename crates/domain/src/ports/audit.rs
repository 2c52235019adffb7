use super::StoreError;
use crate::Timestamp;
use crate::accounts::AccountId;
use crate::audit::{AuditEvent, AuditEventId, AuditKind};
use crate::sessions::SessionId;

repository! {
/// The accounts' audit trails.
#[cfg_attr(any(test, feature = "testing"), mockall::automock)]
pub trait AuditRepository {
    /// Adds an event. It goes with its account.
    ///
    /// # Errors
    /// [`StoreError`].
    fn append(&mut self, event: &AuditEvent) -> Result<(), StoreError>;

    /// Says what became of an event that was appended before its outcome was known. Nothing happens if it has gone.
    ///
    /// # Errors
    /// [`StoreError`].
    fn settle(
        &mut self,
        id: AuditEventId,
        kind: AuditKind,
        session: Option<SessionId>,
    ) -> Result<(), StoreError>;

    /// The account's events with ids before `before` (all if None), newest first, at most `limit`.
    ///
    /// # Errors
    /// [`StoreError`].
    fn page(
        &mut self,
        account: AccountId,
        before: Option<AuditEventId>,
        limit: u32,
    ) -> Result<Vec<AuditEvent>, StoreError>;

    /// Deletes at most `limit` events older than `before`; says how many went.
    ///
    /// # Errors
    /// [`StoreError`].
    fn sweep(&mut self, before: Timestamp, limit: u32) -> Result<u64, StoreError>;
}
}
