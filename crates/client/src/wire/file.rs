use sealpost_domain::links::LinkId;
use sealpost_domain::{Secret, Timestamp};
use serde::Deserialize;

use super::{User, parse};
use crate::FileId;

/// A file that the server keeps, encrypted.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct StoredFile {
    /// Names the file.
    #[serde(deserialize_with = "parse::parsed")]
    pub id: FileId,
    /// As its owner named it, if they did.
    pub name: Option<String>,
    /// As its owner declared it.
    pub content_type: String,
    /// The length of the content in bytes.
    pub size: u64,
    /// The length of the ciphertext in bytes.
    pub ciphertext_size: u64,
    /// Who can open it.
    pub protection: FileProtection,
    /// Its key as it was wrapped for oneself, of a file that its owner's client has sealed.
    pub wrapped_key: Option<String>,
    /// Whose it is, if it was shared with oneself by name.
    pub shared_by: Option<User>,
    /// When it was stored.
    #[serde(deserialize_with = "parse::parsed")]
    pub created_at: Timestamp,
}

/// Who can open a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum FileProtection {
    /// The server, which keeps the key sealed, and whoever it lets.
    #[serde(rename = "server")]
    Server,
    /// Its readers alone.
    #[serde(rename = "e2ee")]
    EndToEnd,
    /// Somebody of whom this version does not know.
    #[serde(other)]
    Other,
}

impl FileProtection {
    /// What the server calls it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Server => "server",
            Self::EndToEnd => "e2ee",
            Self::Other => "other",
        }
    }
}

/// An upload that goes on after a break.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Upload {
    /// Names the upload, and the file that it becomes.
    #[serde(deserialize_with = "parse::parsed")]
    pub id: FileId,
    /// How many bytes are there, and survive a crash of the server.
    pub offset: u64,
    /// How many there will be; sealed ones, if its client has sealed them.
    pub length: u64,
    /// The file, once it is complete.
    pub file: Option<StoredFile>,
}

/// What a file is sealed for.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct SealingTerms {
    /// The file's id: good for one file of one's own.
    #[serde(deserialize_with = "parse::parsed")]
    pub id: FileId,
    /// How it is sealed, in the words of <https://c2sp.org/chunked-encryption>.
    pub alg: String,
    /// What binds it to the id.
    #[serde(deserialize_with = "parse::bytes")]
    pub context: Vec<u8>,
}

/// That somebody may read a file.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct FileShare {
    /// Who.
    pub user: User,
    /// Since when.
    #[serde(deserialize_with = "parse::parsed")]
    pub created_at: Timestamp,
}

/// A link to a file, as the file's owner sees it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct FileLink {
    /// Names the link. It opens nothing.
    #[serde(deserialize_with = "parse::parsed")]
    pub id: LinkId,
    /// How often it was opened.
    pub downloads: u64,
    /// How often it can be opened, if that is bounded.
    pub max_downloads: Option<u64>,
    /// When it was made.
    #[serde(deserialize_with = "parse::parsed")]
    pub created_at: Timestamp,
    /// Until when it can be opened.
    #[serde(deserialize_with = "parse::parsed")]
    pub expires_at: Timestamp,
}

/// A link that was made.
#[derive(Debug, Deserialize)]
pub(crate) struct MadeLink {
    #[serde(flatten)]
    pub(crate) link: FileLink,
    /// None if its secret was made here.
    #[serde(deserialize_with = "parse::secret_or_none")]
    pub(crate) url: Option<Secret<String>>,
}

/// What a link leads to.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct LinkedFile {
    #[serde(rename = "file_id", deserialize_with = "parse::parsed")]
    pub(crate) id: FileId,
    pub(crate) name: Option<String>,
    pub(crate) content_type: String,
    pub(crate) size: u64,
    pub(crate) ciphertext_size: u64,
    pub(crate) protection: FileProtection,
    pub(crate) wrapped_key: Option<String>,
    #[serde(deserialize_with = "parse::secret")]
    pub(crate) token: Secret<String>,
}

/// Whether a link can be opened.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct LinkNotice {
    /// Until when.
    #[serde(deserialize_with = "parse::parsed")]
    pub expires_at: Timestamp,
}

/// All that is needed to open a file's ciphertext.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct FileKey {
    /// How it is sealed, in the words of <https://c2sp.org/chunked-encryption>.
    pub alg: String,
    /// The key.
    #[serde(deserialize_with = "parse::secret_bytes")]
    pub key: Secret<Vec<u8>>,
    /// What binds the ciphertext to the file.
    #[serde(deserialize_with = "parse::bytes")]
    pub context: Vec<u8>,
}
