use std::time::Duration;

use super::{Upload, UploadError};
use crate::Environment;
use crate::accounts::AccountId;
use crate::files::{File, FileId, FilePorts, SealedLayout, open_owned, unseal_name, unseal_type};
use crate::ports::{StoreError, StoreExt, StoredUpload};
use crate::storage::Storage;

/// What the operator has chosen for uploads.
#[derive(Debug, Clone, Copy)]
pub struct UploadRules {
    /// The largest file in bytes, if there is a limit.
    pub max_size: Option<u64>,
    /// How long an upload waits for more bytes.
    pub retention: Duration,
}

/// The use cases of uploads that go on. Cloning is cheap.
#[derive(Clone)]
pub struct Uploads {
    pub(super) env: Environment,
    pub(super) ports: FilePorts,
    pub(super) storage: Storage,
    pub(super) rules: UploadRules,
}

/// What an id stands for.
pub(super) enum Found {
    /// An upload that is not complete.
    Unfinished(Box<StoredUpload>),
    /// One whose file is there.
    Complete(Box<File>),
}

impl Uploads {
    /// The service over its ports and that of quotas.
    #[must_use]
    pub const fn new(
        env: Environment,
        ports: FilePorts,
        storage: Storage,
        rules: UploadRules,
    ) -> Self {
        Self {
            env,
            ports,
            storage,
            rules,
        }
    }

    /// The largest upload in bytes.
    #[must_use]
    pub fn max_size(&self) -> u64 {
        self.rules.max_size.unwrap_or(SealedLayout::MAX_PLAINTEXT)
    }

    /// An unfinished upload as its owner sees it.
    pub(super) fn show(&self, row: &StoredUpload, offset: u64) -> Result<Upload, UploadError> {
        let (id, owner, sealer) = (&row.id, &row.owner, &*self.ports.sealer);
        let name = row.sealed_name.as_ref();
        let name = name.map(|sealed| unseal_name(id, owner, sealed, sealer));
        Ok(Upload {
            id: row.id,
            name: name.transpose()?,
            content_type: unseal_type(id, owner, &row.sealed_type, sealer)?,
            protection: row.protection,
            offset,
            length: row.length,
            expires_at: Some(row.expires_at),
            file: None,
        })
    }

    /// The owner's upload, or the file that it has become.
    pub(super) async fn find(&self, owner: AccountId, id: FileId) -> Result<Found, UploadError> {
        let found: Result<_, StoreError> = self
            .env
            .store
            .read(move |tx| match tx.uploads().find(owner, id)? {
                Some(upload) => Ok((Some(upload), None)),
                None => Ok((None, tx.files().find(owner, id)?)),
            })
            .await;
        match found? {
            (Some(upload), _) if upload.expires_at < self.env.now() => Err(UploadError::Expired),
            (Some(upload), _) => Ok(Found::Unfinished(Box::new(upload))),
            (None, Some(file)) => {
                let file = open_owned(&file, &*self.ports.sealer)?;
                Ok(Found::Complete(Box::new(file)))
            }
            (None, None) => Err(UploadError::Unknown),
        }
    }
}
