//! How a file looks in JSON.

use sealpost_domain::files::{File, FileName, WrappedKey};
use serde::Serialize;
use utoipa::ToSchema;

use crate::v1::conversations::UserView;
use crate::wire::WireTime;

/// A file.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = File)]
pub(crate) struct FileView {
    /// Names the file.
    #[schema(format = "uuid", example = "019aa6b0-7c3a-7d52-9a5e-0242ac120004")]
    id: String,
    /// As its owner named it; null if they did not.
    #[schema(required, example = "holiday.jpg")]
    name: Option<String>,
    /// As its owner declared it; nobody has looked whether it is true.
    #[schema(example = "image/jpeg")]
    content_type: String,
    /// The length of the content, in bytes.
    #[schema(example = 1_048_576)]
    size: u64,
    /// The length of the ciphertext, in bytes.
    #[schema(example = 1_049_672)]
    ciphertext_size: u64,
    /// Who can open it: `server` (the server makes the key and keeps it sealed) or `e2ee`.
    #[schema(value_type = String, example = "server")]
    protection: &'static str,
    /// Its key, as it was wrapped for you; null with `server`, and if you got the key in another way.
    #[schema(required, example = json!(null))]
    wrapped_key: Option<String>,
    /// Whose it is, if it was shared with you by name; null otherwise.
    #[schema(required)]
    shared_by: Option<UserView>,
    /// When the file's key last left the server, for its owner to see; null if it never did.
    #[schema(required, value_type = Option<String>, format = "date-time", example = json!(null))]
    key_disclosed_at: Option<WireTime>,
    /// RFC 3339, UTC, with milliseconds.
    #[schema(value_type = String, format = "date-time", example = "2026-11-21T13:04:05.678Z")]
    created_at: WireTime,
}

impl From<&File> for FileView {
    fn from(file: &File) -> Self {
        Self {
            id: file.id.to_string(),
            name: file.name.as_ref().map(FileName::as_str).map(str::to_owned),
            content_type: file.content_type.as_str().to_owned(),
            size: file.size,
            ciphertext_size: file.sealed_size,
            protection: file.protection.name(),
            wrapped_key: file
                .wrapped_key
                .as_ref()
                .map(WrappedKey::as_str)
                .map(str::to_owned),
            shared_by: file
                .shared_by
                .as_ref()
                .map(|sharer| UserView::new(sharer.account, &sharer.username)),
            key_disclosed_at: file.key_disclosed_at.map(WireTime),
            created_at: WireTime(file.created_at),
        }
    }
}
