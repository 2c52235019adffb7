use std::io;
use std::path::PathBuf;

use sealpost_client::ClientError;
use thiserror::Error;

/// Why nothing was measured.
#[derive(Debug, Error)]
pub(crate) enum BenchError {
    /// Something of this machine.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// There is no server program.
    #[error("no server program at {}: build one (cargo build --release) or give --server-binary", .0.display())]
    NoBinary(PathBuf),
    /// The server did not start.
    #[error("the server did not start: {0}")]
    NotStarted(String),
    /// A call that must succeed failed.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// Messages that were acknowledged did not arrive.
    #[error("{0} messages that were acknowledged did not arrive: the server is broken")]
    Missing(usize),
    /// A worker panicked.
    #[error(transparent)]
    Worker(#[from] tokio::task::JoinError),
}
