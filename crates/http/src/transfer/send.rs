//! A file's content or its ciphertext, whoever reads it and by what right.

use std::error::Error;
use std::ops::Range;

use actix_web::{HttpRequest, HttpResponse};
use sealpost_domain::files::{FileCiphertext, Files, OpenFileError, OpenedFile, ReadFileError};
use sealpost_domain::ports::{BlobError, ByteStream};

use super::Download;
use crate::problem::Problem;

/// How often a file may move while one request looks for it. It takes longer to move than to be found.
const ATTEMPTS: u32 = 5;

/// One of the two faces of a file.
pub(crate) trait Face {
    /// Why its bytes stop coming.
    type Broken: Error + Send + Sync + 'static;

    /// Its head.
    fn download(&self) -> Download<'_>;

    /// The bytes of a part.
    async fn read(
        &self,
        files: &Files,
        range: Range<u64>,
    ) -> Result<ByteStream<Self::Broken>, OpenFileError>;
}

impl Face for OpenedFile {
    type Broken = ReadFileError;

    fn download(&self) -> Download<'_> {
        Download::of_content(self.file())
    }

    async fn read(
        &self,
        files: &Files,
        range: Range<u64>,
    ) -> Result<ByteStream<ReadFileError>, OpenFileError> {
        files.read_content(self, range).await
    }
}

impl Face for FileCiphertext {
    type Broken = BlobError;

    fn download(&self) -> Download<'_> {
        Download::of_ciphertext(self.file())
    }

    async fn read(
        &self,
        files: &Files,
        range: Range<u64>,
    ) -> Result<ByteStream<BlobError>, OpenFileError> {
        files.read_ciphertext(self, range).await
    }
}

/// Sends what the request wants of what `find` finds. Where its bytes have moved in between, it is found again.
pub(crate) async fn send<F: Face, E>(
    files: &Files,
    request: &HttpRequest,
    find: impl AsyncFn() -> Result<F, E>,
) -> Result<HttpResponse, Problem>
where
    Problem: From<E>,
{
    let mut attempt = 1;
    loop {
        let found = find().await?;
        let download = found.download();
        let Some(part) = download.look_at(request)? else {
            return Ok(download.not_modified());
        };
        match found.read(files, part.range.clone()).await {
            Err(error) if error.may_have_moved() && attempt < ATTEMPTS => attempt += 1,
            body => return Ok(download.answer(part, body?)),
        }
    }
}
