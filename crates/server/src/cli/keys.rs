//! `sealpost keys …`

use std::time::Duration;

use clap::Subcommand;
use tokio::time::sleep;

use crate::admin::channel::{Channel, ChannelError};
use crate::admin::wire::{Answer, Request};

/// What can be done with master keys.
#[derive(Debug, PartialEq, Eq, Subcommand)]
pub enum KeysCommand {
    /// Make a master key that only waits, so that it can be brought to other instances before it seals.
    New,
    /// Let a new master key seal from now on, and seal everything anew under it, while the server serves.
    ///
    /// Seals with the key that `new` made, or makes one. What was interrupted goes on. Files are not rewritten: only the
    /// keys they are under are.
    Rotate {
        /// No other instance serves this database (matters on PostgreSQL).
        #[arg(long)]
        alone: bool,
        /// Do not wait for the end. Without a running server there is nobody else to go on.
        #[arg(long)]
        no_wait: bool,
    },
    /// Show the master keys, how many values rest under which, and how far a rotation has come.
    Status,
    /// Remove a master key that nothing rests under. Backups from before need it: keep a copy as long as you keep those.
    Destroy {
        /// Its id, as `status` shows it.
        id: String,
        /// Even if it has sealed less than an hour ago.
        #[arg(long)]
        now: bool,
    },
}

impl KeysCommand {
    /// What to ask for.
    pub(super) fn into_request(self) -> Request {
        match self {
            Self::New => Request::NewKey,
            Self::Rotate { alone, .. } => Request::RotateKeys { alone },
            Self::Status => Request::KeyStatus,
            Self::Destroy { id, now } => Request::DestroyKey { id, now },
        }
    }

    /// Whether the command ends once the rotation does.
    pub(super) const fn waits(&self) -> bool {
        matches!(self, Self::Rotate { no_wait: false, .. })
    }
}

/// Asks how far the rotation has come until it is done; how often matters to nobody.
pub(super) async fn wait(channel: &Channel) -> Result<Answer, ChannelError> {
    loop {
        let answer = channel.ask(Request::KeyProgress).await?;
        match &answer {
            Answer::KeyProgress(progress) if progress.finished_at.is_none() => {
                sleep(Duration::from_millis(100)).await;
            }
            _ => return Ok(answer),
        }
    }
}
