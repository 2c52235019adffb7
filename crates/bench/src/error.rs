use std::io;
use std::path::PathBuf;

use sealpost_client::ClientError;
use sealpost_domain::ports::StoreError;
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
    /// No PostgreSQL is installed, or it does not start.
    #[error("PostgreSQL: {0}")]
    Postgres(String),
    /// A call that must succeed failed.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// Messages that were acknowledged did not arrive.
    #[error("{0} messages that were acknowledged did not arrive: the server is broken")]
    Missing(usize),
    /// Somebody who is to listen does not.
    #[error("a WebSocket: {0}")]
    Socket(String),
    /// The database was not filled.
    #[error("the database was not filled: {0}")]
    NotSeeded(String),
    /// The store refused rows.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A lower bound was not measured.
    #[error("a lower bound was not measured: {0}")]
    Bound(String),
    /// Phases that came to no end.
    #[error("{0} phases failed")]
    Failed(usize),
    /// A worker panicked.
    #[error(transparent)]
    Worker(#[from] tokio::task::JoinError),
}

impl From<tokio_tungstenite::tungstenite::Error> for BenchError {
    fn from(error: tokio_tungstenite::tungstenite::Error) -> Self {
        Self::Socket(error.to_string())
    }
}

impl BenchError {
    /// A library refused something below a lower bound.
    #[expect(clippy::needless_pass_by_value, reason = "`map_err` gives it away")]
    pub(crate) fn bound(error: impl ToString) -> Self {
        Self::Bound(error.to_string())
    }
}
