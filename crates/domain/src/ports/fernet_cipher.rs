use super::{FileCipherError, FileKey};
use crate::files::FileId;
use crate::{Secret, Timestamp};

/// What opens a Fernet token: the signing half (16 bytes) and the encryption half (16 bytes), in url-safe base64 with
/// padding: 44 characters.
pub type FernetKey = Secret<String>;

/// Renders one file as a Fernet token as its plaintext comes, in constant memory.
pub trait FernetRenderer: Send {
    /// Takes the next bytes of the plaintext, cut in any way, and appends to `token` what is ready of its text.
    ///
    /// # Errors
    /// [`FileCipherError::TooLong`]; then nothing more may be asked of it.
    fn push(&mut self, plaintext: &[u8], token: &mut Vec<u8>) -> Result<(), FileCipherError>;

    /// Ends the plaintext: appends the rest of the token.
    ///
    /// # Errors
    /// [`FileCipherError::TooLong`].
    fn finish(self: Box<Self>, token: &mut Vec<u8>) -> Result<(), FileCipherError>;
}

/// Files as Fernet tokens (<https://github.com/fernet/spec>, version 0x80). Key and IV are derived from the file's own key
/// and its id, and the time is given, so that a file has one token, whenever it is rendered; from the token's key nobody
/// learns the file's. Computed at once.
#[cfg_attr(any(test, feature = "testing"), mockall::automock)]
pub trait FernetCipher: Send + Sync {
    /// What opens the file's token.
    fn key(&self, id: &FileId, key: &FileKey) -> FernetKey;

    /// Begins the file's token, which says `time` (in whole seconds; before 1970 counts as 1970).
    fn render(&self, id: &FileId, key: &FileKey, time: Timestamp) -> Box<dyn FernetRenderer>;
}
