//! Key backups: an account's own keys, encrypted by its owner's client before they come here. The server keeps the last
//! few generations and can open none.

mod key_backup;
mod read;
mod replace;
mod service;

pub use key_backup::{InvalidKeyBackup, KeyBackup, KeyBackupContent, KeyBackupId, KeyBackupStamp};
pub use read::{FoundKeyBackup, ReadKeyBackup, ReadKeyBackupError};
pub use replace::{Expected, ReplaceKeyBackup, ReplaceKeyBackupError};
pub use service::KeyBackups;
