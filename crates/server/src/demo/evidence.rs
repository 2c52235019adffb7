//! What somebody sees who has got hold of the server's disk.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{fs, io};

use sealpost_domain::conversations::ConversationId;
use sealpost_domain::messages::Reach;
use sealpost_domain::ports::{Store, StoreError, StoreExt as _, StoredMessage};

use super::DemoError;
use crate::config::Config;
use crate::serve::database;

/// The server's database and its folder, looked at past the server.
pub(super) struct Evidence {
    store: Arc<dyn Store>,
    folder: PathBuf,
}

impl Evidence {
    pub(super) async fn open(config: Config) -> Result<Self, DemoError> {
        Ok(Self {
            store: database::open(&config.store, Arc::new(database::Nobody)).await?,
            folder: config.data_dir,
        })
    }

    /// The row of the first message of a conversation.
    pub(super) async fn first_message(
        &self,
        conversation: ConversationId,
    ) -> Result<StoredMessage, DemoError> {
        let rows = self
            .store
            .read::<_, StoreError, _>(move |tx| {
                tx.messages().page(conversation, Reach::After(0), 1)
            })
            .await?;
        rows.into_iter()
            .next()
            .ok_or(DemoError::Defect("the message has no row"))
    }

    /// How many files there are, if `needle` is in none of them. `stored` must be in one: a search that finds nothing at
    /// all says nothing.
    pub(super) fn nowhere(&self, needle: &[u8], stored: &[u8]) -> Result<usize, DemoError> {
        let stored = stored.get(..64).unwrap_or(stored);
        let (_, true) = search(&self.folder, stored)? else {
            return Err(DemoError::Defect("what is stored is not on the disk"));
        };
        match search(&self.folder, needle)? {
            (files, false) => Ok(files),
            _ => Err(DemoError::Defect("what was sealed is on the disk in clear")),
        }
    }
}

/// How many files `folder` has, and whether one of them holds `needle`.
fn search(folder: &Path, needle: &[u8]) -> io::Result<(usize, bool)> {
    let (mut files, mut found) = (0, false);
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            let (more, there) = search(&path, needle)?;
            files += more;
            found |= there;
        } else if path.is_file() {
            // A socket is no file, and holds nothing.
            files += 1;
            found |= fs::read(&path)?
                .windows(needle.len())
                .any(|window| window == needle);
        }
    }
    Ok((files, found))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_there_is_found() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("below")).unwrap();
        fs::write(folder.path().join("below/a"), b"..needle..").unwrap();
        fs::write(folder.path().join("b"), b"").unwrap();
        assert_eq!(search(folder.path(), b"needle").unwrap(), (2, true));
        assert_eq!(search(folder.path(), b"noodle").unwrap(), (2, false));
    }
}
