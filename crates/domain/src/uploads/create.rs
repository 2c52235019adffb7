//! Somebody begins an upload: its key, its salt and the place for its bytes are there before the first of them.

use super::{Salt, Upload, UploadError, UploadPart, Uploads};
use crate::Secret;
use crate::accounts::AccountId;
use crate::files::{
    BrokenBody, ContentType, FileId, FileName, SealedLayout, WrappedKey, key_binding, name_binding,
    type_binding,
};
use crate::messages::Protection;
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
    /// How many bytes will come; sealed ones, if its client has sealed it.
    pub length: u64,
    /// What its client says that has sealed it; None for one that the server is to seal.
    pub sealed: Option<ClientSealed>,
}

/// What belongs to a file that its client has sealed.
#[derive(Debug, Clone)]
pub struct ClientSealed {
    /// The id that it is sealed for, out of [`crate::files::Files::reserve_id`].
    pub id: FileId,
    /// Its key, as its owner's client wrapped it for itself.
    pub wrapped_key: WrappedKey,
}

impl Uploads {
    /// How many uploads of one account may be unfinished.
    pub const MAX_UNFINISHED: u64 = 100;

    /// Begins an upload. When it returns, the upload survives a power cut. One of no bytes is complete at once. The id of a file
    /// that its client has sealed is used up with it.
    ///
    /// # Errors
    /// [`UploadError`].
    pub async fn create(&self, actor: &Actor, new: &NewUpload) -> Result<Upload, UploadError> {
        let size = self.check_size(new)?;
        self.storage.admit(size).await?;
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
                Ok(storage.charge(tx, row.owner, size)?)
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

    /// How many bytes of plaintext the file will have.
    fn check_size(&self, new: &NewUpload) -> Result<u64, UploadError> {
        let limit = self.max_size();
        let layout = match new.sealed {
            None => SealedLayout::of_plaintext(new.length),
            Some(_) => Some(SealedLayout::of_sealed(new.length).ok_or(UploadError::NotSealed)?),
        };
        layout
            .map(SealedLayout::size)
            .filter(|size| *size <= limit)
            .ok_or(UploadError::TooLarge { limit })
    }

    fn to_row(
        &self,
        owner: AccountId,
        new: &NewUpload,
        blob: BlobName,
        blob_state: BlobState,
    ) -> StoredUpload {
        let (sealer, now) = (&*self.ports.sealer, self.env.now());
        let (id, protection, sealed_key) = match &new.sealed {
            Some(ClientSealed { id, wrapped_key }) => {
                let wrapped = wrapped_key.as_str().as_bytes();
                let sealed = sealer.seal(&key_binding(id, &owner), wrapped);
                (*id, Protection::EndToEnd, sealed)
            }
            None => {
                let (id, key) = (self.env.new_id(), Secret::new(self.env.random::<32>()));
                let sealed = sealer.seal(&key_binding(&id, &owner), key.expose());
                (id, Protection::Server, sealed)
            }
        };
        let name = new.name.as_ref();
        StoredUpload {
            id,
            owner,
            blob,
            protection,
            length: new.length,
            salt: Salt::from_bytes(self.env.random()),
            sealed_key,
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
    let (owner, id, now) = (upload.owner, upload.id, upload.created_at);
    if upload.protection == Protection::EndToEnd && !tx.file_ids().take(owner, id, now)? {
        return Err(UploadError::UnreservedId);
    }
    Ok(tx.uploads().insert(upload)?)
}
