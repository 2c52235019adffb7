use thiserror::Error;

use super::ChecksumMismatch;
use crate::files::{BrokenBody, SealedLayout};
use crate::ports::{BlobError, FileCipherError, SealError, StoreError};
use crate::storage::StorageRefused;

/// Why an upload was not begun, does not go on, or is not shown.
#[derive(Debug, Error)]
pub enum UploadError {
    /// There is none, or it is somebody else's: nobody can tell which.
    #[error("no such upload")]
    Unknown,
    /// Nothing came for too long, and it is given up.
    #[error("this upload has expired: begin a new one")]
    Expired,
    /// What had been received is no longer where it was put.
    #[error("this upload has been lost: begin a new one")]
    Lost,
    /// More bytes than a file may have.
    #[error("a file may have at most {limit} bytes")]
    TooLarge {
        /// How many it may have.
        limit: u64,
    },
    /// No file is sealed to so many bytes.
    #[error("no file is sealed to so many bytes: seal it as c2sp.org/chunked-encryption@v1 says")]
    NotSealed,
    /// The id was not handed out to the caller, or its time is over, or it is used up.
    #[error(
        "this id is not for a file of yours, or no longer: get a new one and seal the file for it"
    )]
    UnreservedId,
    /// The account has too many that are unfinished.
    #[error("at most {limit} uploads may be unfinished at a time")]
    TooMany {
        /// How many it may have.
        limit: u64,
    },
    /// The part does not begin where the last one ended.
    #[error("the upload goes on at byte {offset}")]
    WrongOffset {
        /// How many bytes there are.
        offset: u64,
    },
    /// The part reaches beyond the declared length. What came before it is kept.
    #[error("the upload was declared to have {length} bytes")]
    TooMuch {
        /// How many bytes were declared.
        length: u64,
    },
    /// Another request is adding to it.
    #[error("another request is adding to this upload")]
    Locked,
    /// Not all bytes of the part came. Those that came are kept.
    #[error(transparent)]
    Broken(#[from] BrokenBody),
    /// A part that comes with a checksum is held back until it is checked, so it may not be long.
    #[error("a part with a checksum has at most {limit} bytes")]
    TooLongToCheck {
        /// How many it may have.
        limit: u64,
    },
    /// The part is not what the client sent. Nothing of it is kept.
    #[error(transparent)]
    Mismatch(#[from] ChecksumMismatch),
    /// There is no room for it.
    #[error(transparent)]
    Storage(#[from] StorageRefused),
    /// Its key, tail, name or type does not open.
    #[error("the row of an upload cannot be opened")]
    Sealed(#[from] SealError),
    /// The blob store failed.
    #[error(transparent)]
    Blob(BlobError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

domain_error!(UploadError {
    Unknown: NotFound, "unknown-upload";
    Expired: Gone, "upload-expired";
    Lost: Gone, "upload-lost";
    TooLarge: TooLarge, "file-too-large";
    NotSealed: Invalid, "not-a-sealed-file";
    UnreservedId: Conflict, "unreserved-file-id";
    TooMany: Conflict, "too-many-uploads";
    WrongOffset: Conflict, "wrong-offset";
    TooMuch: TooLarge, "longer-than-declared";
    Locked: Conflict, "upload-locked";
    Broken: Invalid, "incomplete-body";
    TooLongToCheck: TooLarge, "too-long-to-check";
    Mismatch: Invalid, "checksum-mismatch";
    Sealed: Internal, "internal-error";
} else { Storage, Blob, Store });

impl From<BlobError> for UploadError {
    fn from(error: BlobError) -> Self {
        match error {
            BlobError::Busy => Self::Locked,
            error => Self::Blob(error),
        }
    }
}

/// Sealing fails for no other reason.
impl From<FileCipherError> for UploadError {
    fn from(_: FileCipherError) -> Self {
        Self::TooLarge {
            limit: SealedLayout::MAX_PLAINTEXT,
        }
    }
}
