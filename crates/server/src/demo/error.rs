use std::io;

use sealpost_client::ClientError;
use sealpost_domain::ports::StoreError;
use thiserror::Error;

use crate::StartError;
use crate::config::ConfigError;

/// Why the demo ended before its end.
#[derive(Debug, Error)]
pub(crate) enum DemoError {
    /// The temporary folder, or the file to be stored.
    #[error("cannot read or write: {0}")]
    File(#[from] io::Error),
    /// Its path is not one that a configuration can hold.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The server does not start.
    #[error(transparent)]
    Start(#[from] StartError),
    /// Somebody is refused.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// The database does not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Ctrl-C.
    #[error("interrupted")]
    Interrupted,
    /// The server is not what it says: a defect, please report it.
    #[error("this should not happen, please report it: {0}")]
    Defect(&'static str),
}
