//! The admin channel while no server runs: the command holds the data folder and opens the store itself.

use std::os::unix::fs::MetadataExt;

use rustix::process::geteuid;

use super::Admin;
use super::channel::ChannelError;
use crate::StartError;
use crate::config::Config;
use crate::serve::{DataDir, open_for_admin};

/// The use cases, and the lock under which they are used.
pub(crate) struct Direct {
    pub(super) admin: Admin,
    /// Held until the command is done: no server starts meanwhile.
    _data_dir: DataDir,
}

/// Takes the lock and opens the store.
pub(super) async fn open(config: &Config) -> Result<Direct, ChannelError> {
    let path = &config.data_dir;
    // A command looks after an installation and does not found one: a mistyped folder must not become another.
    let owner = match path.metadata() {
        Ok(metadata) => metadata.uid(),
        Err(error) => {
            return Err(ChannelError::NoDataDir {
                path: path.clone(),
                error,
            });
        }
    };
    // Root could, and would leave files that the server's user cannot write.
    if owner != geteuid().as_raw() {
        return Err(ChannelError::NotOwner {
            path: path.clone(),
            owner,
        });
    }
    let data_dir = DataDir::open(path)?;
    let admin = open_for_admin(config).await?;
    Ok(Direct {
        admin,
        _data_dir: data_dir,
    })
}

impl ChannelError {
    /// Whether somebody else holds the data folder: a server that is starting or ending, or another command.
    pub(super) const fn is_in_use(&self) -> bool {
        matches!(self, Self::Start(StartError::DataDirInUse { .. }))
    }
}
