//! Files: any bytes, sealed as they come and opened as they go, never a whole file in memory.

mod access;
mod check;
mod ciphertext;
mod content;
mod delete;
mod deletions;
mod disclose_fernet_key;
mod disclose_key;
mod file;
mod labels;
mod layout;
mod list;
mod lost;
mod open;
mod re_encrypt;
mod render;
mod rendering;
mod reserve_id;
mod scrub;
mod seal;
mod service;
mod share;
mod sweep;
#[cfg(test)]
mod tests;
mod unshare;
mod upload;
mod upload_sealed;
mod wrapped_key;

pub(crate) use access::show_granted;
pub use check::{CheckedFiles, Damage, DamagedFile};
pub use ciphertext::FileCiphertext;
pub use content::ReadFileError;
pub use delete::DeleteFileError;
pub use deletions::{DeletionTally, FinishedDeletions};
pub use disclose_key::{DiscloseKeyError, DisclosedKey};
pub use file::{File, FileId, FileSharer};
pub use labels::{ContentType, FileName, InvalidContentType, InvalidFileName};
pub use layout::SealedLayout;
pub use list::{FilePage, ViewFileError};
pub use lost::delete_lost_files;
pub use open::{OpenFileError, OpenedFile};
pub use re_encrypt::ReEncryptError;
pub use render::Rendering;
pub use reserve_id::{ReserveFileIdError, ReservedFileId, SealingTerms};
pub use scrub::ScrubProgress;
pub(crate) use seal::{
    key_binding, name_binding, open_key, open_labels, open_owned, type_binding, unseal_key,
    unseal_name, unseal_type,
};
pub use service::{FilePorts, Files};
pub use share::{Share, ShareFile, ShareFileError};
pub use sweep::{SweepFilesError, SweptFiles};
pub use unshare::UnshareFileError;
pub use upload::{BrokenBody, NewFile, UploadFileError};
pub use upload_sealed::NewSealedFile;
pub use wrapped_key::{InvalidWrappedKey, WrappedKey};
