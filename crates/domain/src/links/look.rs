//! Somebody who has a link looks whether it can be opened, which costs nothing.

use super::{FileLinks, LinkError, LinkId};
use crate::Timestamp;
use crate::ports::StoreExt;

/// What is told of a link to who has not proved to know its secret: that it is there, and nothing of what it leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LinkNotice {
    /// Its id.
    pub id: LinkId,
    /// Until when it can be opened.
    pub expires_at: Timestamp,
}

impl FileLinks {
    /// Whether there is a link that can be opened. It counts for nothing: whoever previews links does no harm.
    ///
    /// # Errors
    /// [`LinkError`]; one that is over, used up or deleted is as if it had never been.
    pub async fn look(&self, id: LinkId) -> Result<LinkNotice, LinkError> {
        let now = self.env.now();
        let found = self.env.store.read(move |tx| {
            let found = tx.file_links().find(id, now)?;
            found.ok_or(LinkError::Unknown)
        });
        let link = found.await?;
        Ok(LinkNotice {
            id,
            expires_at: link.expires_at,
        })
    }
}
