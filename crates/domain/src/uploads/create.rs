//! Somebody begins an upload: its key, its salt and the place for its bytes are there before the first of them.

use super::{Salt, Upload, UploadError, UploadPart, Uploads};
use crate::Secret;
use crate::accounts::AccountId;
use crate::files::{
    BrokenBody, ContentType, FileId, FileName, key_binding, name_binding, type_binding,
};
use crate::ports::{
    BlobName, BlobState, ByteStream, StoreError, StoreExt, StoredUpload, Tx, UploadProgress,
};
use crate::sessions::Actor;
use crate::storage::StorageRefused;

/// What is said about a file before its bytes come.
#[derive(Debug, Clone)]
pub struct NewUpload {
    /// Its name.
    pub name: Option<FileName>,
    /// Its media type.
    pub content_type: ContentType,
    /// How many bytes will come.
    pub length: u64,
}

impl Uploads {
    /// How many uploads of one account may be unfinished.
    pub const MAX_UNFINISHED: u64 = 100;

    /// Begins an upload. When it returns, the upload survives a power cut. One of no bytes is complete at once.
    ///
    /// # Errors
    /// [`UploadError`].
    pub async fn create(&self, actor: &Actor, new: &NewUpload) -> Result<Upload, UploadError> {
        let limit = self.max_size();
        if new.length > limit {
            return Err(UploadError::TooLarge { limit });
        }
        self.storage.admit(new.length).await?;
        let blob = BlobName::from_bytes(self.env.random());
        // First the blob, then the row: what has no row is found by the sweep.
        let state = self.ports.blobs.begin(blob).await?;
        let stored = self.to_row(actor.account(), new, blob, state.clone());
        let (row, storage) = (stored.clone(), self.storage.clone());
        let inserted: Result<(), UploadError> = self
            .env
            .store
            .write(move |tx| {
                insert(tx, &row)?;
                // All of it counts from here on, as it will when it is a file.
                Ok(storage.charge(tx, row.owner, row.length)?)
            })
            .await;
        if let Err(error) = inserted {
            if !is_in_doubt(&error) {
                // If this fails too, the sweep finds it.
                let _ = self.ports.blobs.abandon(blob, &state).await;
            }
            return Err(error);
        }
        if stored.length == 0 {
            return self.view(actor, stored.id).await;
        }
        self.show(&stored, 0)
    }

    /// Begins an upload and takes its first part at once. Once the upload is begun it is what is answered, whatever becomes
    /// of the part: it says how much of it is kept.
    ///
    /// # Errors
    /// [`UploadError`], when it was not begun.
    pub async fn create_with(
        &self,
        actor: &Actor,
        new: &NewUpload,
        part: &UploadPart,
        body: ByteStream<BrokenBody>,
    ) -> Result<Upload, UploadError> {
        let begun = self.create(actor, new).await?;
        match self.append(actor, begun.id, part, body).await {
            Ok(upload) => Ok(upload),
            Err(_) => self.view(actor, begun.id).await,
        }
    }

    fn to_row(
        &self,
        owner: AccountId,
        new: &NewUpload,
        blob: BlobName,
        blob_state: BlobState,
    ) -> StoredUpload {
        let (id, now): (FileId, _) = (self.env.new_id(), self.env.now());
        let (sealer, key) = (&*self.ports.sealer, Secret::new(self.env.random::<32>()));
        let name = new.name.as_ref();
        StoredUpload {
            id,
            owner,
            blob,
            length: new.length,
            salt: Salt::from_bytes(self.env.random()),
            sealed_key: sealer.seal(&key_binding(&id, &owner), key.expose()),
            sealed_name: name
                .map(|name| sealer.seal(&name_binding(&id, &owner), name.as_str().as_bytes())),
            sealed_type: sealer.seal(
                &type_binding(&id, &owner),
                new.content_type.as_str().as_bytes(),
            ),
            progress: UploadProgress {
                offset: 0,
                sealed: 0,
                tail: None,
                digest_state: Vec::new(),
                blob_state,
            },
            created_at: now,
            expires_at: now + self.rules.retention,
        }
    }
}

/// Whether the row may be there all the same.
const fn is_in_doubt(error: &UploadError) -> bool {
    matches!(
        error,
        UploadError::Store(StoreError::Unavailable(_))
            | UploadError::Storage(StorageRefused::Store(StoreError::Unavailable(_)))
    )
}

pub(super) fn insert(tx: &mut dyn Tx, upload: &StoredUpload) -> Result<(), UploadError> {
    let limit = Uploads::MAX_UNFINISHED;
    if tx.uploads().count(upload.owner)? >= limit {
        return Err(UploadError::TooMany { limit });
    }
    Ok(tx.uploads().insert(upload)?)
}
