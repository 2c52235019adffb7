//! Somebody looks at files, without opening them.

use std::time::Duration;

use thiserror::Error;

use super::seal::{open_labels, open_owned};
use super::{File, FileId, Files};
use crate::ports::{SealError, StoreError, StoreExt, StoredFile};
use crate::sessions::Actor;
use crate::{DomainError, ErrorKind};

/// A stretch of the caller's files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilePage {
    /// Newest first.
    pub files: Vec<File>,
    /// Where to read on; None at the end.
    pub next: Option<FileId>,
}

/// Why a file is not shown.
#[derive(Debug, Error)]
pub enum ViewFileError {
    /// There is none, or it is not for the caller: nobody can tell which.
    #[error("no such file")]
    Unknown,
    /// Its name or type does not open.
    #[error("the labels of a stored file cannot be opened")]
    Sealed(#[from] SealError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Files {
    /// The most files of one page.
    pub const MAX_PAGE: u32 = 100;

    /// The caller's files stored before `before` (all, if None), newest first, at most `limit` ([`Files::MAX_PAGE`] at
    /// the most).
    ///
    /// # Errors
    /// [`ViewFileError`], but never [`ViewFileError::Unknown`].
    pub async fn list(
        &self,
        actor: &Actor,
        before: Option<FileId>,
        limit: u32,
    ) -> Result<FilePage, ViewFileError> {
        let owner = actor.account();
        let limit = limit.clamp(1, Self::MAX_PAGE);
        // One more than asked for tells whether there is a next page.
        let load = move |tx: &mut dyn crate::ports::Tx| -> Result<Vec<StoredFile>, StoreError> {
            tx.files().page(owner, before, limit + 1)
        };
        let mut stored = self.env.store.read(load).await?;
        let asked = usize::try_from(limit).unwrap_or(usize::MAX);
        let more = stored.len() > asked;
        stored.truncate(asked);
        let next = stored.last().filter(|_| more).map(|last| last.id);
        let files = stored
            .iter()
            .map(|stored| open_owned(stored, &*self.ports.sealer))
            .collect::<Result<_, _>>()?;
        Ok(FilePage { files, next })
    }

    /// A file that the caller may read: their own, or one that came with a message to them.
    ///
    /// # Errors
    /// [`ViewFileError`].
    pub async fn view(&self, actor: &Actor, id: FileId) -> Result<File, ViewFileError> {
        let stored = self
            .find_readable(actor, id)
            .await?
            .ok_or(ViewFileError::Unknown)?;
        let sealer = &*self.ports.sealer;
        if stored.owner == actor.account() {
            return Ok(open_owned(&stored, sealer)?);
        }
        Ok(open_labels(&stored, sealer)?)
    }
}

impl DomainError for ViewFileError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Unknown => ErrorKind::NotFound,
            Self::Sealed(_) => ErrorKind::Internal,
            Self::Store(error) => error.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Unknown => "unknown-file",
            Self::Sealed(_) => "internal-error",
            Self::Store(error) => error.code(),
        }
    }

    fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Store(error) => error.retry_after(),
            _ => None,
        }
    }
}
