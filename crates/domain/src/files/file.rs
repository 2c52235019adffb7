use crate::Timestamp;
use crate::accounts::{AccountId, Username};
use crate::messages::Protection;
use crate::ports::BlobDigest;

use super::{ContentType, FileName, WrappedKey};

define_id! {
    /// Names a file.
    FileId
}

/// Somebody who has shared a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileSharer {
    /// Their account.
    pub account: AccountId,
    /// Its name.
    pub username: Username,
}

/// A file as somebody sees it who may read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Its id.
    pub id: FileId,
    /// The name its owner gave it.
    pub name: Option<FileName>,
    /// What its owner says it is.
    pub content_type: ContentType,
    /// The length of the plaintext, in bytes.
    pub size: u64,
    /// The length of the sealed file, in bytes.
    pub sealed_size: u64,
    /// Of the sealed file.
    pub digest: BlobDigest,
    /// Who can open it.
    pub protection: Protection,
    /// Its key, as it was wrapped for who looks; None where the server has the key, and for those who got it in another way.
    pub wrapped_key: Option<WrappedKey>,
    /// Whose it is, if they have shared it with who looks.
    pub shared_by: Option<FileSharer>,
    /// When its key last left the server, for its owner to see.
    pub key_disclosed_at: Option<Timestamp>,
    /// When it was stored.
    pub created_at: Timestamp,
}
