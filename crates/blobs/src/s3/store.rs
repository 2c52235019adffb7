//! The blob store in a bucket.

use std::io;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use object_store::aws::AmazonS3;
use object_store::list::{PaginatedListOptions, PaginatedListStore as _};
use object_store::multipart::MultipartStore as _;
use object_store::{GetOptions, ObjectMeta, ObjectStore as _, ObjectStoreExt as _};
use sealpost_domain::Timestamp;
use sealpost_domain::ports::{
    BlobEntry, BlobError, BlobName, BlobState, BlobStore, BlobWriter, ByteStream, Entropy,
    GrowingBlob,
};
use tokio::runtime::Handle;
use tokio::time::sleep;

use super::failure::{blob_error, is_no_upload};
use super::growing;
use super::keys::Keys;
use super::reader::S3Reader;
use super::settings::{OpenS3Error, S3Settings};
use super::staging::Staging;
use super::state::State;
use super::unfinished::Unfinished;
use super::writer::S3Writer;
use crate::failure::joined;
use crate::folders::OpenBlobsError;

/// The most names in one answer of a server.
const PAGE: usize = 1_000;
/// So long after its sender has died may a part still be written to the bucket, whose server has all of it.
const ON_ITS_WAY: Duration = Duration::from_secs(5);

/// The longest that the writing of a blob takes. Amazon's servers date an object that came in parts by its first
/// moment, and somebody may ask how long a blob has been there without being known.
pub(super) const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

/// Blobs as objects in a bucket. Cloning is cheap.
///
/// What waits for the server or the disk runs on one runtime, whichever thread asks for it.
#[derive(Clone)]
pub struct S3BlobStore(pub(super) Arc<Bucket>);

/// What all who read and write share.
pub(super) struct Bucket {
    pub(super) client: AmazonS3,
    pub(super) keys: Keys,
    pub(super) unfinished: Unfinished,
    pub(super) staging: Staging,
    pub(super) runtime: Handle,
}

impl S3BlobStore {
    /// Sees whether the bucket can be written and listed, and gives up what a crash left half written. Blocks for a
    /// moment.
    ///
    /// # Errors
    /// [`OpenS3Error`] when the bucket or the staging folder cannot be used.
    pub async fn open(
        settings: &S3Settings,
        entropy: &dyn Entropy,
        runtime: Handle,
    ) -> Result<Self, OpenS3Error> {
        let refuse = |error| settings.refuse(error);
        let local = |error: OpenBlobsError| refuse(BlobError::Failed(error.into()));
        let staging = Staging::open(&settings.staging, entropy).map_err(local)?;
        let unfinished = Unfinished::open(&settings.staging).map_err(local)?;
        let store = Self(Arc::new(Bucket {
            client: settings.connect(runtime.clone())?,
            keys: Keys::below(&settings.prefix),
            unfinished,
            staging,
            runtime,
        }));
        store.probe().await.map_err(refuse)?;
        store.page(None, 1).await.map_err(refuse)?;
        store.0.give_up_unfinished().await.map_err(refuse)?;
        Ok(store)
    }
}

impl Bucket {
    /// Does what waits for the disk on a thread that may wait.
    pub(super) async fn blocking<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Self) -> io::Result<T> + Send + 'static,
    ) -> Result<T, BlobError> {
        let this = Arc::clone(self);
        joined(self.runtime.spawn_blocking(move || work(&this)).await)
    }

    /// Gives up what another life of this server did not finish. A part that was on its way may come to the bucket after that and
    /// stay there, so it is given up once more later, and only then forgotten. What the server refuses is tried again at the next
    /// start.
    async fn give_up_unfinished(self: &Arc<Self>) -> Result<(), BlobError> {
        let left = self
            .unfinished
            .all()
            .map_err(|error| BlobError::Failed(error.into()))?;
        let mut begun = Vec::new();
        for (name, upload) in left {
            if upload.is_empty() {
                // A crash came before the note was written, and so before there was a part.
                self.unfinished.forget(name);
            } else {
                let _ = self.abort(name, &upload).await;
                begun.push((name, upload));
            }
        }
        if !begun.is_empty() {
            let bucket = Arc::clone(self);
            self.runtime.spawn(async move {
                sleep(ON_ITS_WAY).await;
                for (name, upload) in begun {
                    let _ = bucket.give_up(name, &upload).await;
                }
            });
        }
        Ok(())
    }

    /// Gives up a multipart upload: its parts go.
    pub(super) async fn give_up(&self, name: BlobName, upload: &str) -> Result<(), BlobError> {
        self.abort(name, upload).await?;
        self.unfinished.forget(name);
        Ok(())
    }

    async fn abort(&self, name: BlobName, upload: &str) -> Result<(), BlobError> {
        let (key, upload) = (self.keys.of(name), upload.to_owned());
        match self.client.abort_multipart(&key, &upload).await {
            Ok(()) => Ok(()),
            Err(error) if is_no_upload(&error) => Ok(()),
            Err(error) => Err(blob_error(error)),
        }
    }

    /// What is said of a blob that has begun to grow here.
    const fn first_state(&self) -> State {
        State {
            instance: self.staging.instance(),
            parts: 0,
            upload: None,
        }
    }

    /// How long the blob is that is there under this name.
    pub(super) async fn length_of(&self, name: BlobName) -> Result<u64, BlobError> {
        let head = self.client.head(&self.keys.of(name)).await;
        head.map(|meta| meta.size).map_err(blob_error)
    }
}

#[async_trait]
impl BlobStore for S3BlobStore {
    async fn create(&self, name: BlobName) -> Result<Box<dyn BlobWriter>, BlobError> {
        Ok(Box::new(S3Writer::new(Arc::clone(&self.0), name)))
    }

    async fn read(
        &self,
        name: BlobName,
        range: Range<u64>,
    ) -> Result<ByteStream<BlobError>, BlobError> {
        if range.is_empty() {
            // There is no such request.
            self.0.length_of(name).await?;
            return Ok(S3Reader::empty());
        }
        let options = GetOptions::new().with_range(Some(range.clone()));
        let (wanted, length) = (range.clone(), range.end - range.start);
        match self.0.client.get_opts(&self.0.keys.of(name), options).await {
            Ok(found) if found.range == wanted => Ok(S3Reader::of(found.into_stream(), length)),
            Ok(_) => Err(BlobError::Truncated),
            // One that begins behind the end is refused in other words by every server.
            Err(error) => match self.0.length_of(name).await? {
                length if length < range.end => Err(BlobError::Truncated),
                _ => Err(blob_error(error)),
            },
        }
    }

    async fn length(&self, name: BlobName) -> Result<u64, BlobError> {
        self.0.length_of(name).await
    }

    async fn delete(&self, name: BlobName) -> Result<bool, BlobError> {
        // The server says the same whether there was one or not.
        match self.0.length_of(name).await {
            Ok(_) => {}
            Err(BlobError::Missing) => return Ok(false),
            Err(error) => return Err(error),
        }
        let deleted = self.0.client.delete(&self.0.keys.of(name)).await;
        deleted.map_err(blob_error)?;
        Ok(true)
    }

    async fn page(&self, after: Option<BlobName>, limit: u32) -> Result<Vec<BlobEntry>, BlobError> {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let mut found = Vec::new();
        let mut from = after.map(|name| self.0.keys.text_of(name));
        while found.len() < limit {
            let options = PaginatedListOptions {
                offset: from.clone(),
                max_keys: Some(PAGE.min(limit - found.len())),
                ..PaginatedListOptions::default()
            };
            let listed = self.0.client.list_paginated(self.0.keys.prefix(), options);
            let listed = listed.await.map_err(blob_error)?;
            let objects = listed.result.objects;
            found.extend(objects.iter().filter_map(|object| self.entry(object)));
            match (objects.last(), listed.page_token) {
                (Some(last), Some(_more)) => from = Some(last.location.to_string()),
                _ => break,
            }
        }
        Ok(found)
    }

    async fn begin(&self, name: BlobName) -> Result<BlobState, BlobError> {
        let begun = self.0.blocking(move |bucket| bucket.staging.begin(name));
        begun.await?;
        Ok(self.0.first_state().into())
    }

    async fn grow(
        &self,
        name: BlobName,
        state: &BlobState,
    ) -> Result<Box<dyn GrowingBlob>, BlobError> {
        let state = if *state == BlobState::default() {
            // It is lost: nothing is known to be noted.
            self.0.first_state()
        } else {
            State::try_from(state)?
        };
        Ok(Box::new(growing::take_up(&self.0, name, &state).await?))
    }

    async fn abandon(&self, name: BlobName, state: &BlobState) -> Result<(), BlobError> {
        let here = self.0.blocking(move |bucket| bucket.staging.index_of(name));
        let known = State::try_from(state).ok().and_then(|state| state.upload);
        // What is here is at least as new. Its parts go first: who fails between can be repeated.
        if let Some(upload) = here.await?.upload.or(known) {
            self.0.give_up(name, &upload).await?;
        }
        self.0
            .blocking(move |bucket| bucket.staging.remove(name))
            .await
    }

    async fn page_growing(
        &self,
        after: Option<BlobName>,
        limit: u32,
    ) -> Result<Vec<BlobEntry>, BlobError> {
        self.0
            .blocking(move |bucket| bucket.staging.list(after, limit))
            .await
    }

    /// No server says how much a bucket may take.
    async fn free_space(&self) -> Result<Option<u64>, BlobError> {
        Ok(None)
    }

    async fn probe(&self) -> Result<(), BlobError> {
        let key = self.0.keys.probe();
        let put = self.0.client.put(&key, "probe".into()).await;
        put.map_err(blob_error)?;
        self.0.client.delete(&key).await.map_err(blob_error)
    }
}

impl S3BlobStore {
    /// A listed object as a blob; None if it is something else.
    fn entry(&self, object: &ObjectMeta) -> Option<BlobEntry> {
        let name = self.0.keys.read(&object.location)?;
        let since = u64::try_from(object.last_modified.timestamp()).ok()?;
        let dated = Timestamp::from_micros(0) + Duration::from_secs(since);
        let in_parts = object.e_tag.as_deref().is_some_and(is_of_parts);
        let written_at = if in_parts { dated + LONGEST } else { dated };
        Some(BlobEntry { name, written_at })
    }
}

/// Whether this is the ETag of an object that came in parts: the number of them stands behind a hyphen.
fn is_of_parts(e_tag: &str) -> bool {
    e_tag
        .trim_matches('"')
        .rsplit_once('-')
        .is_some_and(|(_, parts)| !parts.is_empty() && parts.bytes().all(|b| b.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_of_parts_shows_by_its_tag() {
        for (tag, parts) in [
            ("\"d41d8cd98f00b204e9800998ecf8427e\"", false),
            ("\"d41d8cd98f00b204e9800998ecf8427e-12\"", true),
            ("d41d8cd98f00b204e9800998ecf8427e-1", true),
            ("\"a-b\"", false),
            ("\"a-\"", false),
        ] {
            assert_eq!(is_of_parts(tag), parts, "{tag}");
        }
    }
}
