//! Uploads that go on after a break (tus 1.0.0).

use std::fmt;
use std::io::SeekFrom;
use std::time::Duration;

use base64ct::{Base64, Encoding as _};
use bytes::Bytes;
use reqwest::header;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncSeek, AsyncSeekExt as _};
use tokio::time::Instant;

use crate::call::Call;
use crate::patience::Pauses;
use crate::wire::{StoredFile, Upload};
use crate::{Client, ClientError, FileId};

/// What each request says.
const VERSION: (&str, &str) = ("Tus-Resumable", "1.0.0");
const PART_TYPE: &str = "application/offset+octet-stream";
/// How many bytes a request brings: they are in memory meanwhile.
const PART: u64 = 4 * 1024 * 1024;
/// A part that takes longer is lost.
const PART_TIME: Duration = Duration::from_secs(300);

/// What is said of a file before its bytes come.
#[derive(Debug, Clone, Copy)]
pub struct NewUpload<'a> {
    /// Its name.
    pub name: Option<&'a str>,
    /// Its media type.
    pub content_type: Option<&'a str>,
    /// How many bytes will come; sealed ones, if they are sealed.
    pub length: u64,
    /// What belongs to a file that oneself has sealed.
    pub sealed: Option<SealedUpload<'a>>,
}

/// What belongs to a file that oneself has sealed: [`crate::Correspondent::upload_sealed`] makes it.
#[derive(Clone, Copy)]
pub struct SealedUpload<'a> {
    /// The id that it is sealed for.
    pub id: FileId,
    /// Its key, wrapped for oneself.
    pub wrapped_key: &'a str,
}

// A wrapped key belongs in no log.
impl fmt::Debug for SealedUpload<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SealedUpload")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

impl NewUpload<'_> {
    fn metadata(&self) -> String {
        let sealed = self.sealed.as_ref();
        let id = sealed.map(|sealed| sealed.id.to_string());
        let said = [
            ("filename", self.name),
            ("filetype", self.content_type),
            ("protection", sealed.map(|_| "e2ee")),
            ("id", id.as_deref()),
            ("wrapped_key", sealed.map(|sealed| sealed.wrapped_key)),
        ];
        let pairs = said
            .into_iter()
            .filter_map(|(key, value)| Some((key, value?)));
        pairs
            .map(|(key, value)| format!("{key} {}", Base64::encode_string(value.as_bytes())))
            .collect::<Vec<_>>()
            .join(",")
    }
}

impl Client {
    /// Begins an upload; its id is the id that the file will have.
    ///
    /// # Errors
    /// [`ClientError::Refused`] says why there is none.
    pub async fn begin_upload(&self, new: &NewUpload<'_>) -> Result<FileId, ClientError> {
        let metadata = new.metadata();
        let call = Call::upload(&["v1", "uploads"]);
        let answer = self
            .call_prepared(&call, |request| {
                request
                    .header(VERSION.0, VERSION.1)
                    .header("Upload-Length", new.length)
                    .header("Upload-Metadata", metadata.as_str())
            })
            .await?;
        let place = answer.headers().get(header::LOCATION);
        let id = place.and_then(|place| place.to_str().ok()?.rsplit('/').next()?.parse().ok());
        id.ok_or_else(|| ClientError::unexpected("an upload without a place"))
    }

    /// How far an upload of one's own has come.
    ///
    /// # Errors
    /// [`ClientError::Refused`] with `not-found`, `upload-expired` or `upload-lost`.
    pub async fn upload(&self, id: FileId) -> Result<Upload, ClientError> {
        let id = id.to_string();
        self.fetch(&Call::get(&["v1", "uploads", &id])).await
    }

    /// Brings what is missing of an upload, out of `content`, which must be what it was begun with. Where the connection or the
    /// server is lost it goes on, for as long as the server's patience ([`crate::Server::with_patience`]) since it last came
    /// further. After an error the upload can be continued again, also by another process.
    ///
    /// # Errors
    /// [`ClientError`]; [`ClientError::LocalFile`] if `content` is shorter than it should be.
    pub async fn continue_upload(
        &self,
        id: FileId,
        content: &mut (impl AsyncRead + AsyncSeek + Unpin),
    ) -> Result<StoredFile, ClientError> {
        let (mut pauses, mut since, mut reached) = (Pauses::default(), Instant::now(), 0);
        loop {
            let upload = self.upload(id).await?;
            if let Some(file) = upload.file {
                return Ok(file);
            }
            if upload.offset > reached {
                (pauses, since, reached) = (Pauses::default(), Instant::now(), upload.offset);
            }
            match self.add_parts(&upload, content).await {
                Err(error) if is_passing(&error) && since.elapsed() < self.server().patience() => {
                    tokio::time::sleep(pauses.next()).await;
                }
                added => added?,
            }
        }
    }

    /// Gives an upload up.
    ///
    /// # Errors
    /// [`ClientError::Refused`] with `not-found`.
    pub async fn cancel_upload(&self, id: FileId) -> Result<(), ClientError> {
        let id = id.to_string();
        let call = Call::delete(&["v1", "uploads", &id]);
        self.call_prepared(&call, |request| request.header(VERSION.0, VERSION.1))
            .await
            .map(drop)
    }

    /// From where it is to its end, if nothing comes between.
    async fn add_parts(
        &self,
        upload: &Upload,
        content: &mut (impl AsyncRead + AsyncSeek + Unpin),
    ) -> Result<(), ClientError> {
        let (id, mut offset) = (upload.id.to_string(), upload.offset);
        content.seek(SeekFrom::Start(offset)).await?;
        loop {
            let length = PART.min(upload.length.saturating_sub(offset));
            let mut part = vec![0; usize::try_from(length).unwrap_or(0)];
            content.read_exact(&mut part).await?;
            let part = Bytes::from(part);
            self.call_prepared(&Call::append(&["v1", "uploads", &id]), |request| {
                request
                    .header(VERSION.0, VERSION.1)
                    .header("Upload-Offset", offset)
                    .header(header::CONTENT_TYPE, PART_TYPE)
                    .timeout(PART_TIME)
                    .body(part.clone())
            })
            .await?;
            offset = offset.saturating_add(length);
            if offset >= upload.length {
                return Ok(());
            }
        }
    }
}

/// Whether it may well be better after a look at the upload.
fn is_passing(error: &ClientError) -> bool {
    let by_code = [
        "upload-locked",
        "wrong-offset",
        "incomplete-body",
        "body-timeout",
    ];
    error.is_temporary() || error.code().is_some_and(|code| by_code.contains(&code))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_of_a_file_is_in_base64() {
        let id = FileId::from_bytes([0; 16]);
        let new = NewUpload {
            name: Some("a.txt"),
            content_type: None,
            length: 5,
            sealed: None,
        };
        assert_eq!(new.metadata(), "filename YS50eHQ=");
        let sealed = NewUpload {
            name: None,
            sealed: Some(SealedUpload {
                id,
                wrapped_key: "x",
            }),
            ..new
        };
        assert_eq!(
            sealed.metadata(),
            "protection ZTJlZQ==,id MDAwMDAwMDAtMDAwMC0wMDAwLTAwMDAtMDAwMDAwMDAwMDAw,wrapped_key eA=="
        );
        assert!(!format!("{sealed:?}").contains("wrapped_key: \"x\""));
    }
}
