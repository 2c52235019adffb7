//! Somebody looks at files, without opening them.

use thiserror::Error;

use super::access::Readable;
use super::seal::open_owned;
use super::{File, FileId, Files};
use crate::ports::{GrantedFile, SealError, StoreError, StoreExt, StoredFile, Tx};
use crate::sessions::Actor;

/// A stretch of files.
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
        let load = move |tx: &mut dyn Tx| -> Result<Vec<StoredFile>, StoreError> {
            tx.files().page(owner, before, limit + 1)
        };
        let stored = self.env.store.read(load).await?;
        let (stored, next) = cut(stored, limit, |stored| stored.id);
        let files = stored
            .iter()
            .map(|stored| open_owned(stored, &*self.ports.sealer))
            .collect::<Result<_, _>>()?;
        Ok(FilePage { files, next })
    }

    /// The files of others that were shared with the caller by name, of ids below `before` (all, if None), newest first, at
    /// most `limit` ([`Files::MAX_PAGE`] at the most).
    ///
    /// # Errors
    /// [`ViewFileError`], but never [`ViewFileError::Unknown`].
    pub async fn list_shared(
        &self,
        actor: &Actor,
        before: Option<FileId>,
        limit: u32,
    ) -> Result<FilePage, ViewFileError> {
        let account = actor.account();
        let limit = limit.clamp(1, Self::MAX_PAGE);
        let load = move |tx: &mut dyn Tx| -> Result<Vec<GrantedFile>, StoreError> {
            tx.file_grants().page(account, before, limit + 1)
        };
        let granted = self.env.store.read(load).await?;
        let (granted, next) = cut(granted, limit, |granted| granted.file.id);
        let files = granted
            .into_iter()
            .map(|granted| Readable::granted(account, granted).show(&*self.ports.sealer))
            .collect::<Result<_, _>>()?;
        Ok(FilePage { files, next })
    }

    /// A file that the caller may read: their own, one that was shared with them, or one that came with a message to them.
    ///
    /// # Errors
    /// [`ViewFileError`].
    pub async fn view(&self, actor: &Actor, id: FileId) -> Result<File, ViewFileError> {
        let readable = self.find_readable(actor, id).await?;
        let readable = readable.ok_or(ViewFileError::Unknown)?;
        Ok(readable.show(&*self.ports.sealer)?)
    }
}

/// The page out of rows, of which there may be one too many: that one tells whether there is a next page.
fn cut<T>(mut rows: Vec<T>, limit: u32, id: impl Fn(&T) -> FileId) -> (Vec<T>, Option<FileId>) {
    let asked = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = rows.len() > asked;
    rows.truncate(asked);
    let next = rows.last().filter(|_| more).map(id);
    (rows, next)
}

domain_error!(ViewFileError {
    Unknown: NotFound, "unknown-file";
    Sealed: Internal, "internal-error";
} else { Store });
