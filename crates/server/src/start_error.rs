//! Why the server does not start, each with what to do.

use std::error::Error;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

use sealpost_blobs::{OpenBlobsError, OpenS3Error};
use sealpost_crypto::{InvalidSigningKey, KeyringError};
use sealpost_domain::installation::InstallationError;
use sealpost_domain::ports::StoreError;
use sealpost_identity::TlsError;
use sealpost_store::{MigrationError, OpenPostgresError, OpenSqliteError};
use thiserror::Error as ThisError;

/// Why the server does not start. The texts are for the operator: what is wrong, then what to do.
#[derive(Debug, ThisError)]
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
    /// The database would rest where SQLite damages it.
    #[error(
        "{path} lies on {name}, a file system of another machine, where SQLite's locks do not hold and the database would be damaged; \
         set SEALPOST_DATA_DIR to a disk of this machine, or SEALPOST_DATABASE_URL to a PostgreSQL",
        path = path.display()
    )]
    NetworkFileSystem {
        /// The database file.
        path: PathBuf,
        /// What the file system is called.
        name: &'static str,
    },
    /// The operators' socket cannot be made.
    #[error(
        "cannot make the admin socket {path}: {error}; remove what is there, or set SEALPOST_DATA_DIR to another (shorter) path",
        path = path.display()
    )]
    AdminSocket {
        /// The socket.
        path: PathBuf,
        /// Why not.
        error: io::Error,
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
    /// Nothing can be recorded for Prometheus.
    #[error("metrics cannot be recorded; unset SEALPOST_METRICS_LISTEN")]
    Metrics(#[source] Box<dyn Error + Send + Sync>),
    /// Identity providers cannot be asked.
    #[error(
        "identity providers cannot be asked: {}; install the system's certificates (ca-certificates)",
        reasons(.0)
    )]
    IdentityProviders(#[source] TlsError),
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
    /// The key file is not there, and a new key would not open the database.
    #[error(
        "the master key {path} is missing: put back the file this database was made with (its copy is the only other \
         way to the data), or name it with SEALPOST_MASTER_KEY_FILE",
        path = path.display()
    )]
    MasterKeyMissing {
        /// The file.
        path: PathBuf,
    },
    /// One of the keys is not there.
    #[error(
        "the master key {id} is needed and not in the key file: add its line from the copy you keep"
    )]
    MasterKeyNeeded {
        /// Its id.
        id: String,
    },
    /// The key file cannot be read.
    #[error("cannot read the master key {path}: {error}; give the file to the user that runs sealpost", path = path.display())]
    MasterKeyNotRead {
        /// The file.
        path: PathBuf,
        /// What the operating system says.
        error: io::Error,
    },
    /// The key file cannot be made.
    #[error("cannot write the master key {path}: {error}; make its folder writable", path = path.display())]
    MasterKeyNotWritten {
        /// The file.
        path: PathBuf,
        /// What the operating system says.
        error: io::Error,
    },
    /// Others can read the key file.
    #[error("the master key {path} can be read by others (mode {mode:o}): chmod 600 {path}", path = path.display())]
    MasterKeyExposed {
        /// The file.
        path: PathBuf,
        /// Its mode.
        mode: u32,
    },
    /// The key file holds something else.
    #[error("the master key file {path} is not right: {error}", path = path.display())]
    MasterKeyFile {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        error: KeyringError,
    },
    /// The variable holds something else.
    #[error("SEALPOST_MASTER_KEY is not right: {0}")]
    MasterKeyVariable(KeyringError),
    /// The database is not the one this key belongs to, or is damaged.
    #[error(
        "{0}{advice}",
        advice = match .0 {
            InstallationError::WrongMasterKey => {
                ": name the right one with SEALPOST_MASTER_KEY_FILE, or the database it belongs to with SEALPOST_DATABASE_URL"
            }
            _ => "",
        }
    )]
    Installation(InstallationError),
    /// The database cannot be opened.
    #[error("{problem}{}; check SEALPOST_DATABASE_URL", reasons(.source.as_ref()))]
    Database {
        /// What could not be done.
        problem: String,
        /// The reason, from the driver; no text of ours carries the URL.
        source: Box<dyn Error + Send + Sync>,
    },
    /// The folder for files cannot be used.
    #[error(
        "{0}; make it writable for the user that runs sealpost, or set SEALPOST_BLOBS_URL to another"
    )]
    Blobs(#[from] OpenBlobsError),
    /// The bucket for files cannot be used.
    #[error(
        "{0}; check SEALPOST_BLOBS_URL, SEALPOST_BLOBS_ACCESS_KEY_ID and SEALPOST_BLOBS_SECRET_ACCESS_KEY, and that the \
         bucket is there and this key may write, read, list and delete in it"
    )]
    Bucket(#[from] OpenS3Error),
    /// A bucket without a key.
    #[error(
        "SEALPOST_BLOBS_URL names a bucket: set SEALPOST_BLOBS_ACCESS_KEY_ID and SEALPOST_BLOBS_SECRET_ACCESS_KEY (or \
         SEALPOST_BLOBS_SECRET_ACCESS_KEY_FILE)"
    )]
    BlobsKey,
    /// Mail cannot go where it is to go.
    #[error("{0}; set SEALPOST_MAIL_URL, SEALPOST_MAIL_FROM and SEALPOST_MAIL_CA_FILE right")]
    Mail(Box<dyn Error + Send + Sync>),
    /// The schema is not the one this binary wants.
    #[error(transparent)]
    Migration(MigrationError),
    /// The stored token-signing key is no key.
    #[error("the sealed token-signing key in the database is damaged: restore a backup")]
    SigningKey,
}

impl StartError {
    pub(crate) fn sqlite(error: OpenSqliteError) -> Self {
        match error {
            OpenSqliteError::Migration(error) => Self::Migration(error),
            other => Self::database(other),
        }
    }

    pub(crate) fn postgres(error: OpenPostgresError) -> Self {
        match error {
            OpenPostgresError::Migration(error) => Self::Migration(error),
            other => Self::database(other),
        }
    }

    pub(crate) fn store(error: StoreError) -> Self {
        Self::database(error)
    }

    fn database(error: impl Error + Send + Sync + 'static) -> Self {
        Self::Database {
            problem: error.to_string(),
            source: Box::new(error),
        }
    }

    pub(crate) const fn signing_key(_: InvalidSigningKey) -> Self {
        Self::SigningKey
    }
}

/// The chain of reasons below an error, for one line.
fn reasons(error: &(dyn Error + 'static)) -> String {
    let mut text = String::new();
    let mut reason = error.source();
    while let Some(error) = reason {
        text.push_str(": ");
        text.push_str(error.to_string().trim_end());
        reason = error.source();
    }
    text
}
