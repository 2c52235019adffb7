//! Files: any bytes, sealed as they come and opened as they go, never a whole file in memory.

mod content;
mod delete;
mod disclose_fernet_key;
mod disclose_key;
mod file;
mod labels;
mod layout;
mod list;
mod open;
mod render;
mod rendering;
mod seal;
mod service;
mod sweep;
#[cfg(test)]
mod tests;
mod upload;

pub use content::ReadFileError;
pub use delete::DeleteFileError;
pub use disclose_key::{DiscloseKeyError, DisclosedKey};
pub use file::{File, FileId};
pub use labels::{ContentType, FileName, InvalidContentType, InvalidFileName};
pub use layout::SealedLayout;
pub use list::{FilePage, ViewFileError};
pub use open::{OpenFileError, OpenedFile};
pub use render::Rendering;
pub(crate) use seal::open_labels;
pub use service::{FilePorts, Files};
pub use sweep::{SweepFilesError, SweptFiles};
pub use upload::{BrokenBody, NewFile, UploadFileError};
