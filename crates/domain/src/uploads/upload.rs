use crate::Timestamp;
use crate::files::{ContentType, File, FileId, FileName};
use crate::messages::Protection;

/// What makes the chunk keys of a file its own (C2SP `chunked-encryption` v1): 24 random bytes, no secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Salt([u8; 24]);

impl Salt {
    /// The salt of these bytes, which must be random and used for one file.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 24]) -> Self {
        Self(bytes)
    }

    /// Its bytes, as stored.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 24] {
        &self.0
    }
}

/// An upload as its owner sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upload {
    /// Its id, which the file has too.
    pub id: FileId,
    /// The name its owner gave it.
    pub name: Option<FileName>,
    /// What its owner says it is.
    pub content_type: ContentType,
    /// Who seals it.
    pub protection: Protection,
    /// How many bytes have been received and are durable.
    pub offset: u64,
    /// How many there will be; sealed ones, if its client has sealed them.
    pub length: u64,
    /// When it is given up, unless more comes; None once it is complete.
    pub expires_at: Option<Timestamp>,
    /// The file, once it is complete.
    pub file: Option<File>,
}

impl Upload {
    /// What an upload is when its file is there.
    pub(super) fn complete(file: File) -> Self {
        let length = match file.protection {
            Protection::Server => file.size,
            Protection::EndToEnd => file.sealed_size,
        };
        Self {
            id: file.id,
            name: file.name.clone(),
            content_type: file.content_type.clone(),
            protection: file.protection,
            offset: length,
            length,
            expires_at: None,
            file: Some(file),
        }
    }
}
