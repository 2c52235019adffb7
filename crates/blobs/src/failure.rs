//! What an error of the operating system means.

use std::io::{Error, ErrorKind};

use sealpost_domain::ports::BlobError;
use tokio::task::JoinError;

/// The domain's word for it.
pub(crate) fn blob_error(error: Error) -> BlobError {
    match error.kind() {
        ErrorKind::NotFound => BlobError::Missing,
        ErrorKind::UnexpectedEof => BlobError::Truncated,
        ErrorKind::WouldBlock => BlobError::Busy,
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => {
            BlobError::Full
        }
        _ => BlobError::Failed(error.into()),
    }
}

/// What came of work on another thread, which may have panicked or been given up with its runtime.
pub(crate) fn joined<T>(outcome: Result<Result<T, Error>, JoinError>) -> Result<T, BlobError> {
    outcome
        .map_err(|error| BlobError::Failed(error.into()))?
        .map_err(blob_error)
}
