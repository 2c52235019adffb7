//! The owner looks at the links of a file, and ends them.

use thiserror::Error;

use super::{FileLinks, Link, LinkId};
use crate::files::FileId;
use crate::ports::{StoreError, StoreExt};
use crate::sessions::Actor;

/// Why a link is not shown or ended.
#[derive(Debug, Error)]
pub enum LinkError {
    /// There is none, it is over, or it leads to somebody else's file: nobody can tell which.
    #[error("no such link")]
    Unknown,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl FileLinks {
    /// The links of one of the caller's files that can be opened or were opened a short while ago, oldest first: at most
    /// [`FileLinks::MAX_PER_FILE`].
    ///
    /// # Errors
    /// [`LinkError`].
    pub async fn list(&self, actor: &Actor, file: FileId) -> Result<Vec<Link>, LinkError> {
        let owner = actor.account();
        self.env
            .store
            .read(move |tx| {
                let own = tx.files().find(owner, file)?;
                own.ok_or(LinkError::Unknown)?;
                Ok(tx.file_links().list(file, Self::MAX_PER_FILE)?)
            })
            .await
    }

    /// Ends a link of one of the caller's files at once, and what is being downloaded through it with the next request.
    ///
    /// # Errors
    /// [`LinkError`].
    pub async fn delete(&self, actor: &Actor, file: FileId, link: LinkId) -> Result<(), LinkError> {
        let owner = actor.account();
        let ended = self.env.store.write(move |tx| {
            let ended = tx.file_links().remove(owner, file, link)?;
            ended.then_some(()).ok_or(LinkError::Unknown)
        });
        ended.await
    }

    /// Deletes links that cannot be opened any more, once nobody downloads through them, and tokens that are over; says how
    /// many.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn sweep(&self) -> Result<u64, StoreError> {
        let now = self.env.now();
        self.env
            .store
            .write(move |tx| tx.file_links().sweep(now, 500))
            .await
    }
}

domain_error!(LinkError {
    Unknown: NotFound, "unknown-link";
} else { Store });
