//! Mail becomes files: nothing leaves this machine.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use sealpost_domain::mail::MailId;
use sealpost_domain::ports::{MailError, Mailer, OutgoingMail};
use thiserror::Error;

use crate::Letterhead;

/// Why the folder cannot be used.
#[derive(Debug, Error)]
#[error("cannot use {path} to write mail to: {error}", path = path.display())]
pub struct OpenMailFolderError {
    /// The folder.
    pub path: PathBuf,
    /// What the operating system says.
    pub error: io::Error,
}

/// Writes each mail to a file `ID.eml` (RFC 5322) of a folder. A mail that is sent again replaces its file.
pub struct FileMailer {
    letterhead: Letterhead,
    folder: Arc<Path>,
}

impl FileMailer {
    /// A mailer to this folder, which is made (mode 0700) if it is missing.
    ///
    /// # Errors
    /// [`OpenMailFolderError`].
    pub fn open(letterhead: Letterhead, folder: &Path) -> Result<Self, OpenMailFolderError> {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)
            .map_err(|error| OpenMailFolderError {
                path: folder.to_owned(),
                error,
            })?;
        Ok(Self {
            letterhead,
            folder: folder.into(),
        })
    }
}

/// The file is there as a whole or not at all, and before it is said to be it outlives a power cut.
fn write(folder: &Path, id: MailId, content: &[u8]) -> io::Result<()> {
    // Hidden from who lists the mails; left there by a crash, the next try takes it over.
    let draft = folder.join(format!(".{id}.tmp"));
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&draft)?;
    file.write_all(content)?;
    file.sync_all()?;
    std::fs::rename(&draft, folder.join(format!("{id}.eml")))?;
    File::open(folder)?.sync_all()
}

#[async_trait]
impl Mailer for FileMailer {
    async fn send(&self, mail: &OutgoingMail) -> Result<(), MailError> {
        let content = self.letterhead.write(mail)?.formatted();
        let (folder, id) = (Arc::clone(&self.folder), mail.id);
        tokio::task::spawn_blocking(move || write(&folder, id, &content))
            .await
            .map_err(|error| MailError::Temporary(format!("its file: {error}")))?
            .map_err(|error| MailError::Temporary(format!("its file: {error}")))
    }
}
