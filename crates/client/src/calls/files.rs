use std::io;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures_util::{Stream, stream};
use reqwest::{Body, Response, header};
use tokio::fs::File;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncSeekExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::time::timeout;

use crate::call::Call;
use crate::server::read;
use crate::wire::{FileKey, Page, SealingTerms, StoredFile};
use crate::{Client, ClientError, FileId};

/// How much of a file is read and sent at once.
const PIECE: usize = 512 * 1024;
/// A download that pauses longer is lost.
const PAUSE: Duration = Duration::from_secs(60);

impl Client {
    /// Stores what is in `file`, of any size, from its present position on; the server encrypts it as it comes. The call
    /// is not repeated: an upload that breaks off leaves nothing.
    ///
    /// # Errors
    /// [`ClientError`]; [`ClientError::LocalFile`] if the file cannot be read.
    pub async fn upload_file(
        &self,
        name: Option<&str>,
        content_type: Option<&str>,
        mut file: File,
    ) -> Result<StoredFile, ClientError> {
        let length = left(&mut file).await.map_err(ClientError::LocalFile)?;
        let mut call = Call::upload(&["v1", "files"]);
        if let Some(name) = name {
            call = call.query("name", &name);
        }
        let content_type = content_type.unwrap_or("application/octet-stream");
        let answer = self
            .call_streaming(&call, |request| {
                let request = request.header(header::CONTENT_TYPE, content_type);
                match length {
                    Some(length) => request
                        .header(header::CONTENT_LENGTH, length)
                        .body(Body::wrap_stream(pieces(file.take(length)))),
                    None => request.body(Body::wrap_stream(pieces(file))),
                }
            })
            .await?;
        read(answer).await
    }

    /// Begins to read a file, decrypted by the server.
    ///
    /// # Errors
    /// [`ClientError::Refused`] with `not-found`.
    pub async fn download_file(&self, id: FileId) -> Result<Download, ClientError> {
        self.download(id, "content").await
    }

    /// Begins to read a file as it rests: [`Client::file_key`] has what opens it.
    ///
    /// # Errors
    /// [`ClientError::Refused`] with `not-found`.
    pub async fn download_ciphertext(&self, id: FileId) -> Result<Download, ClientError> {
        self.download(id, "ciphertext").await
    }

    /// The key of a file of one's own.
    ///
    /// # Errors
    /// [`ClientError::Refused`] with `not-found`.
    pub async fn file_key(&self, id: FileId) -> Result<FileKey, ClientError> {
        let id = id.to_string();
        self.fetch(&Call::get(&["v1", "files", &id, "key"])).await
    }

    /// A page of one's files, newest first; from the beginning if there is no cursor.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn files(&self, cursor: Option<&str>) -> Result<Page<StoredFile>, ClientError> {
        let mut call = Call::get(&["v1", "files"]);
        if let Some(cursor) = cursor {
            call = call.query("cursor", &cursor);
        }
        self.fetch(&call).await
    }

    /// A page of the files that others have shared with oneself, as [`Client::files`].
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn files_shared_with_me(
        &self,
        cursor: Option<&str>,
    ) -> Result<Page<StoredFile>, ClientError> {
        let mut call = Call::get(&["v1", "files"]).query("shared", &"with-me");
        if let Some(cursor) = cursor {
            call = call.query("cursor", &cursor);
        }
        self.fetch(&call).await
    }

    /// Seals a file of one's own under a new key on the server: its content and whom it is shared with stay, its links end.
    ///
    /// # Errors
    /// [`ClientError::Refused`] with `not-found`, or with `end-to-end-encrypted` for a file that the server cannot open.
    pub async fn re_encrypt_file(&self, id: FileId) -> Result<StoredFile, ClientError> {
        let id = id.to_string();
        let call = Call::upload(&["v1", "files", &id, "re-encrypt"]);
        // It takes as long as the file is long.
        read(self.call_streaming(&call, |request| request).await?).await
    }

    /// An id to seal a file for, good for one file within a day.
    ///
    /// # Errors
    /// [`ClientError::Refused`] with `too-many-file-ids`.
    pub async fn reserve_file_id(&self) -> Result<SealingTerms, ClientError> {
        let call = Call::upload(&["v1", "files", "ids"]).idempotent();
        self.fetch(&call).await
    }

    /// One file.
    ///
    /// # Errors
    /// [`ClientError::Refused`] with `not-found`.
    pub async fn file(&self, id: FileId) -> Result<StoredFile, ClientError> {
        let id = id.to_string();
        self.fetch(&Call::get(&["v1", "files", &id])).await
    }

    /// Deletes a file of one's own: nobody opens it any more.
    ///
    /// # Errors
    /// [`ClientError::Refused`] with `not-found`.
    pub async fn delete_file(&self, id: FileId) -> Result<(), ClientError> {
        let id = id.to_string();
        self.call(&Call::delete(&["v1", "files", &id]))
            .await
            .map(drop)
    }

    async fn download(&self, id: FileId, what: &str) -> Result<Download, ClientError> {
        let id = id.to_string();
        let call = Call::get(&["v1", "files", &id, what]);
        let response = self.call_streaming(&call, |request| request).await?;
        Ok(Download::of(response))
    }
}

/// How many bytes a regular file has from its present position on. None where that says nothing: what the kernel makes up while
/// it is read (`/proc`) calls itself an empty file.
async fn left(file: &mut File) -> io::Result<Option<u64>> {
    let metadata = file.metadata().await?;
    if !metadata.is_file() {
        return Ok(None);
    }
    let position = file.stream_position().await?;
    let left = metadata.len().saturating_sub(position);
    Ok((left > 0).then_some(left))
}

fn pieces(
    file: impl AsyncRead + Unpin + Send + 'static,
) -> impl Stream<Item = io::Result<Bytes>> + Send + 'static {
    stream::try_unfold(file, |mut file| async move {
        let mut piece = BytesMut::with_capacity(PIECE);
        let read = file.read_buf(&mut piece).await?;
        Ok((read > 0).then(|| (piece.freeze(), file)))
    })
}

/// A file on its way.
#[derive(Debug)]
pub struct Download {
    response: Response,
}

impl Download {
    pub(crate) const fn of(response: Response) -> Self {
        Self { response }
    }

    /// The next bytes; None at the end of the file. A file that breaks off is an error, never an end.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, ClientError> {
        timeout(PAUSE, self.response.chunk())
            .await
            .map_err(|_| ClientError::unexpected("the download paused for a minute"))?
            .map_err(ClientError::no_answer)
    }

    /// Writes all that is left to `writer`; returns how many bytes that was.
    ///
    /// # Errors
    /// [`ClientError`]; [`ClientError::LocalFile`] if it cannot be written. What was written until then is no file.
    pub async fn save(
        mut self,
        writer: &mut (impl AsyncWrite + Unpin),
    ) -> Result<u64, ClientError> {
        let mut bytes = 0_u64;
        while let Some(chunk) = self.chunk().await? {
            writer.write_all(&chunk).await?;
            bytes = bytes.saturating_add(u64::try_from(chunk.len()).unwrap_or(u64::MAX));
        }
        writer.flush().await?;
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use futures_util::TryStreamExt as _;

    use super::*;

    #[tokio::test]
    async fn a_file_has_the_rest_of_its_length() {
        let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
        let mut file = File::open(&own).await.unwrap();
        let length = file.metadata().await.unwrap().len();
        assert_eq!(left(&mut file).await.unwrap(), Some(length));
        file.seek(io::SeekFrom::Start(10)).await.unwrap();
        assert_eq!(left(&mut file).await.unwrap(), Some(length - 10));
        file.seek(io::SeekFrom::End(0)).await.unwrap();
        assert_eq!(left(&mut file).await.unwrap(), None);
    }

    #[tokio::test]
    async fn a_file_that_calls_itself_empty_is_read_to_its_end() {
        let mut file = File::open("/proc/self/status").await.unwrap();
        assert_eq!(left(&mut file).await.unwrap(), None);
        let read: Vec<Bytes> = pieces(file).try_collect().await.unwrap();
        assert!(read.concat().starts_with(b"Name:"));
    }
}
