//! Why the server does not start, each with what to do.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

use thiserror::Error;

/// Why the server does not start. The texts are for the operator: what is wrong, then what to do.
#[derive(Debug, Error)]
pub enum StartError {
    /// The data folder cannot be made.
    #[error(
        "cannot make the data folder {path}: {error}; make it yourself, or set SEALPOST_DATA_DIR to another",
        path = path.display()
    )]
    DataDirNotMade {
        /// The folder.
        path: PathBuf,
        /// What the operating system says.
        error: io::Error,
    },
    /// The data folder is there, and cannot be written.
    #[error(
        "data folder {path} is not writable: {error}; give it to the user that runs sealpost, or set \
         SEALPOST_DATA_DIR to another",
        path = path.display()
    )]
    DataDirNotWritable {
        /// The folder.
        path: PathBuf,
        /// What the operating system says.
        error: io::Error,
    },
    /// Another process holds the lock of the data folder.
    #[error(
        "data folder {path} is already in use by another sealpost process{}; stop it, or set SEALPOST_DATA_DIR \
         to another",
        process.as_ref().map(|id| format!(" (process id {id})")).unwrap_or_default(),
        path = path.display()
    )]
    DataDirInUse {
        /// The folder.
        path: PathBuf,
        /// The other's process id, if it could be read.
        process: Option<u32>,
    },
    /// Somebody listens there already.
    #[error(
        "port taken: {address} is in use; stop the other process or set {variable} to another address"
    )]
    PortTaken {
        /// The address.
        address: SocketAddr,
        /// The setting to change.
        variable: String,
    },
    /// A port that only the system may use.
    #[error(
        "listening on {address} is not allowed (ports below 1024 need a privilege); set {variable} to a higher \
         port, or grant CAP_NET_BIND_SERVICE"
    )]
    PortForbidden {
        /// The address.
        address: SocketAddr,
        /// The setting to change.
        variable: String,
    },
    /// Any other reason not to listen there.
    #[error("cannot listen on {address}: {error}; set {variable} to an address of this machine")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// The setting to change.
        variable: String,
        /// What the operating system says.
        error: io::Error,
    },
    /// The operating system gives no threads, or no signals.
    #[error(
        "the operating system refuses what every program needs: {0}; look at the limits of this user"
    )]
    Runtime(io::Error),
    /// Something that is decided and not there.
    #[error("{what} is not built yet; {instead}")]
    NotBuilt {
        /// The missing thing.
        what: &'static str,
        /// What to do meanwhile.
        instead: &'static str,
    },
}
