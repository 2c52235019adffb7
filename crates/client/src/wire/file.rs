use sealpost_domain::{Secret, Timestamp};
use serde::Deserialize;

use super::parse;
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
    /// When it was stored.
    #[serde(deserialize_with = "parse::parsed")]
    pub created_at: Timestamp,
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
