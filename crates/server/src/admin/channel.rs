//! The way a command takes to the use cases.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use rustix::process::geteuid;
use thiserror::Error;
use tokio::time::{Instant, sleep};

use super::direct::{self, Direct};
use super::wire::{Answer, Refusal, Request};
use super::{client, socket};
use crate::StartError;
use crate::config::Config;

/// How long a command waits for whoever holds the data folder and does not answer: a server that starts or ends.
const PATIENCE: Duration = Duration::from_secs(10);

/// Why a command was not carried out. The texts are for the operator.
#[derive(Debug, Error)]
pub(crate) enum ChannelError {
    /// The use case says no.
    #[error(transparent)]
    Refused(Refusal),
    /// The store cannot be opened, or is held by somebody who does not answer.
    #[error(transparent)]
    Start(#[from] StartError),
    /// There is nothing to look after.
    #[error(
        "cannot look into the data folder {path}: {error}; name the right one with SEALPOST_DATA_DIR, or start the server \
         once: it makes the folder",
        path = path.display()
    )]
    NoDataDir {
        /// The folder.
        path: PathBuf,
        /// What the operating system says.
        error: io::Error,
    },
    /// No server runs, and files that this user makes would be in its way.
    #[error(
        "no server runs, and the data folder {path} belongs to the user with id {owner}: run this as that user",
        path = path.display()
    )]
    NotOwner {
        /// The folder.
        path: PathBuf,
        /// Whose it is.
        owner: u32,
    },
    /// The socket lets this user not in.
    #[error("only root and the user that the server runs as may do this")]
    NotAllowed,
    /// Somebody else listens on the socket.
    #[error("the admin socket belongs to somebody else (the user with id {0}): nothing was sent")]
    Stranger(u32),
    /// The connection to the server broke.
    #[error(
        "the running server did not answer: {0}; whether the command was carried out is not known"
    )]
    Broken(io::Error),
}

impl ChannelError {
    /// A stable slug.
    pub(crate) fn code(&self) -> &str {
        match self {
            Self::Refused(refusal) => &refusal.code,
            Self::Start(_) | Self::NoDataDir { .. } | Self::NotOwner { .. } => "cannot-open",
            Self::NotAllowed | Self::Stranger(_) => "not-allowed",
            Self::Broken(_) => "no-answer",
        }
    }
}

/// How requests are carried out.
pub(crate) enum Channel {
    /// By the server that runs on the data folder.
    Server(PathBuf),
    /// By this process.
    Direct(Box<Direct>),
}

impl Channel {
    /// Finds the running server, or else holds the data folder in its place.
    pub(crate) async fn open(config: &Config) -> Result<Self, ChannelError> {
        let give_up = Instant::now() + PATIENCE;
        loop {
            if client::connect(&config.data_dir).await?.is_some() {
                return Ok(Self::Server(config.data_dir.clone()));
            }
            match direct::open(config).await {
                Ok(direct) => return Ok(Self::Direct(Box::new(direct))),
                Err(error) if error.is_in_use() && Instant::now() < give_up => {
                    sleep(Duration::from_millis(50)).await;
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Has one request carried out.
    pub(crate) async fn ask(&self, request: Request) -> Result<Answer, ChannelError> {
        match self {
            Self::Server(data_dir) => {
                let gone = || ChannelError::Broken(io::ErrorKind::ConnectionRefused.into());
                let mut stream = client::connect(data_dir).await?.ok_or_else(gone)?;
                client::ask(&mut stream, request).await
            }
            Self::Direct(direct) => {
                let operator = socket::vouched_for(geteuid().as_raw());
                if matches!(request, Request::KeyProgress) {
                    // Nobody else is there to do it.
                    let worked = direct.admin.work_on_keys().await;
                    worked.map_err(ChannelError::Refused)?;
                }
                let outcome = direct.admin.carry_out(operator, request).await;
                outcome.map_err(ChannelError::Refused)
            }
        }
    }
}
