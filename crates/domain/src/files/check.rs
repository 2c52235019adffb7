//! A stored file is read again: whether every byte is there, is what was written, and opens.

use std::future::poll_fn;

use bytes::BytesMut;

use super::seal::{open_key, open_owned};
use super::{FileId, Files, SealedLayout, SweepFilesError};
use crate::accounts::{AccountId, Username};
use crate::messages::Protection;
use crate::ports::{
    BlobError, BlobName, FileCipherError, FileKey, FileOpener, Pace, StoreError, StoreExt,
    StoredFile,
};

/// What is wrong with a stored file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Damage {
    /// There is no blob.
    Missing,
    /// The blob is shorter or longer than it was.
    Length,
    /// A chunk, or the header, does not open.
    Chunk,
    /// The bytes are not those that were written.
    Digest,
    /// The row's key does not open, so nothing of it can be.
    Key,
}

impl Damage {
    /// What it is called in logs and on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Length => "wrong-length",
            Self::Chunk => "chunk-does-not-open",
            Self::Digest => "wrong-digest",
            Self::Key => "key-does-not-open",
        }
    }
}

/// A file that is not as it was stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DamagedFile {
    /// Which.
    pub id: FileId,
    /// Whose.
    pub owner: AccountId,
    /// The same for people.
    pub username: Username,
    /// Where its bytes are, or were.
    pub blob: BlobName,
    /// What is wrong with it.
    pub damage: Damage,
}

/// What came of reading a stretch of all files.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CheckedFiles {
    /// How many were read.
    pub files: u64,
    /// How many sealed bytes they should have.
    pub bytes: u64,
    /// Those that are damaged.
    pub damaged: Vec<DamagedFile>,
    /// Where to go on; None at the end.
    pub next: Option<FileId>,
}

/// Why the reading of one file ended.
enum Stop {
    Damaged(Damage),
    Failed(BlobError),
}

impl From<BlobError> for Stop {
    fn from(error: BlobError) -> Self {
        match error {
            BlobError::Missing => Self::Damaged(Damage::Missing),
            BlobError::Truncated => Self::Damaged(Damage::Length),
            error => Self::Failed(error),
        }
    }
}

impl From<FileCipherError> for Stop {
    fn from(_: FileCipherError) -> Self {
        Self::Damaged(Damage::Chunk)
    }
}

impl Files {
    /// Reads the files with ids above `after` again, at most `limit`, in the order of their ids: compares each blob's length and
    /// digest with its row, and opens every chunk of it where the server has the key. In constant memory.
    ///
    /// # Errors
    /// [`SweepFilesError`] when that cannot be said of a file.
    pub async fn check(
        &self,
        after: Option<FileId>,
        limit: u32,
        pace: &dyn Pace,
    ) -> Result<CheckedFiles, SweepFilesError> {
        let page: Result<Vec<StoredFile>, StoreError> = self
            .env
            .store
            .ask(move |tx| tx.file_upkeep().page(after, limit))
            .await;
        let page = page?;
        let mut checked = self.check_all(&page, pace).await?;
        if u32::try_from(page.len()).is_ok_and(|found| found >= limit) {
            checked.next = page.last().map(|last| last.id);
        }
        Ok(checked)
    }

    pub(super) async fn check_all(
        &self,
        files: &[StoredFile],
        pace: &dyn Pace,
    ) -> Result<CheckedFiles, SweepFilesError> {
        let mut checked = CheckedFiles::default();
        for stored in files {
            checked.files += 1;
            let layout = SealedLayout::of_plaintext(stored.size);
            checked.bytes += layout.map_or(0, SealedLayout::sealed_size);
            let damage = match self.read_through(stored, layout, pace).await {
                Ok(()) => continue,
                Err(Stop::Damaged(damage)) => damage,
                Err(Stop::Failed(error)) => return Err(error.into()),
            };
            checked.damaged.extend(self.confirm(stored, damage).await?);
        }
        Ok(checked)
    }

    /// The damage, if the row still says the same: not if the file was deleted or sealed anew while it was read.
    pub(super) async fn confirm(
        &self,
        stored: &StoredFile,
        damage: Damage,
    ) -> Result<Option<DamagedFile>, StoreError> {
        let (id, owner, blob) = (stored.id, stored.owner, stored.blob);
        self.env
            .store
            .read(move |tx| {
                let found = tx.files().find_of_anybody(id)?;
                if found.is_none_or(|found| found.blob != blob) {
                    return Ok(None);
                }
                let account = tx.accounts().find(owner)?;
                Ok(account.map(|account| DamagedFile {
                    id,
                    owner,
                    username: account.username,
                    blob,
                    damage,
                }))
            })
            .await
    }

    async fn read_through(
        &self,
        stored: &StoredFile,
        layout: Option<SealedLayout>,
        pace: &dyn Pace,
    ) -> Result<(), Stop> {
        let layout = layout.ok_or(Stop::Damaged(Damage::Length))?;
        let key = self.open_checked_key(stored)?;
        let mut digest = self.ports.checksums.begin_like(&stored.digest);
        let mut chunks = Chunks::new(layout);
        let sealed_size = layout.sealed_size();
        let mut blob = self.ports.blobs.read(stored.blob, 0..sealed_size).await?;
        while let Some(piece) = poll_fn(|context| blob.as_mut().poll_next(context)).await {
            let piece = piece?;
            digest.update(&piece);
            if let Some(key) = &key {
                chunks.open(self, stored, key, &piece)?;
            }
            pace.after(u64::try_from(piece.len()).unwrap_or(0)).await;
        }
        if key.is_some() && !chunks.all_opened() {
            return Err(Stop::Damaged(Damage::Length));
        }
        if digest.finish() != stored.digest.bytes() {
            return Err(Stop::Damaged(Damage::Digest));
        }
        self.check_end(stored, sealed_size).await
    }

    /// The key, where the server has it. Of what a client sealed only that the wrapped key is whole can be said.
    fn open_checked_key(&self, stored: &StoredFile) -> Result<Option<FileKey>, Stop> {
        let sealer = &*self.ports.sealer;
        let key = match stored.protection {
            Protection::Server => open_key(stored, sealer).map(Some),
            Protection::EndToEnd => open_owned(stored, sealer).map(|_| None),
        };
        key.map_err(|_| Stop::Damaged(Damage::Key))
    }

    /// Nothing comes after the last byte.
    async fn check_end(&self, stored: &StoredFile, end: u64) -> Result<(), Stop> {
        let mut blob = match self.ports.blobs.read(stored.blob, end..end + 1).await {
            Ok(blob) => blob,
            Err(BlobError::Truncated) => return Ok(()),
            Err(error) => return Err(error.into()),
        };
        match poll_fn(|context| blob.as_mut().poll_next(context)).await {
            Some(Ok(more)) if !more.is_empty() => Err(Stop::Damaged(Damage::Length)),
            None | Some(Ok(_) | Err(BlobError::Truncated)) => Ok(()),
            Some(Err(error)) => Err(error.into()),
        }
    }
}

/// Opens the chunks of a file as its sealed bytes come.
struct Chunks {
    layout: SealedLayout,
    opener: Option<Box<dyn FileOpener>>,
    /// Sealed bytes that are not a whole chunk yet.
    pending: BytesMut,
    /// The chunk that comes next.
    index: u64,
}

impl Chunks {
    fn new(layout: SealedLayout) -> Self {
        Self {
            layout,
            opener: None,
            pending: BytesMut::new(),
            index: 0,
        }
    }

    fn open(
        &mut self,
        files: &Files,
        stored: &StoredFile,
        key: &FileKey,
        piece: &[u8],
    ) -> Result<(), FileCipherError> {
        self.pending.extend_from_slice(piece);
        if self.opener.is_none() {
            let Some((header, _)) = self.pending.split_first_chunk::<{ SealedLayout::HEADER }>()
            else {
                return Ok(());
            };
            let cipher = &files.ports.cipher;
            self.opener = Some(cipher.open(&stored.id, key, header, self.layout)?);
            let _ = self.pending.split_to(SealedLayout::HEADER);
        }
        while self.index <= self.layout.last_chunk() {
            let size = self.layout.sealed_chunk_size(self.index);
            if self.pending.len() < size {
                return Ok(());
            }
            let mut chunk = self.pending.split_to(size);
            if let Some(opener) = &self.opener {
                opener.open_chunk(self.index, &mut chunk)?;
            }
            self.index += 1;
        }
        Ok(())
    }

    const fn all_opened(&self) -> bool {
        self.index > self.layout.last_chunk()
    }
}
