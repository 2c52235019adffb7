//! An operator looks at the outbox.

use super::{MailId, MailSummary, Outbox};
use crate::ports::{StoreError, StoreExt};

/// A part of the outbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailPage {
    /// Newest first.
    pub mails: Vec<MailSummary>,
    /// Where the next page begins (as `before`); None if this is the last.
    pub next: Option<MailId>,
}

impl Outbox {
    /// The mails on a page at most.
    pub const MAX_PAGE: u32 = 200;

    /// The mails that wait and those that were given up in the last thirty days, newest first; those older than
    /// `before`, if it is given. At most `limit`, and never more than [`Outbox::MAX_PAGE`].
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn list(&self, before: Option<MailId>, limit: u32) -> Result<MailPage, StoreError> {
        let limit = limit.clamp(1, Self::MAX_PAGE);
        let mut mails = self
            .env
            .store
            .ask(move |tx| tx.outbox().page(before, limit + 1))
            .await?;
        let size = usize::try_from(limit).unwrap_or(usize::MAX);
        let more = mails.len() > size;
        mails.truncate(size);
        let next = mails.last().filter(|_| more).map(|mail| mail.id);
        Ok(MailPage { mails, next })
    }
}
