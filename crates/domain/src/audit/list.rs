//! The owner looks at their audit trail.

use super::{AuditEvent, AuditEventId, AuditTrail};
use crate::ports::{StoreError, StoreExt};
use crate::sessions::Actor;

/// How many events a page has at most.
const MAX_PAGE: u32 = 100;

/// A page of the audit trail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditPage {
    /// Newest first.
    pub events: Vec<AuditEvent>,
    /// Where the next page begins; None at the end.
    pub next: Option<AuditEventId>,
}

impl AuditTrail {
    /// The caller's events before `before` (all if None), newest first, at most `limit` and never more than 100.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn list(
        &self,
        actor: &Actor,
        before: Option<AuditEventId>,
        limit: u32,
    ) -> Result<AuditPage, StoreError> {
        let account = actor.account();
        let limit = limit.clamp(1, MAX_PAGE);
        let mut events = self
            .env
            .store
            .ask(move |tx| tx.audit().page(account, before, limit + 1))
            .await?;
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let more = events.len() > limit;
        events.truncate(limit);
        let next = events.last().filter(|_| more).map(|event| event.id);
        Ok(AuditPage { events, next })
    }
}
