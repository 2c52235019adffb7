//! `sealpost backup`, `sealpost verify` and `sealpost restore`.

use std::path::PathBuf;

use clap::Subcommand;

/// What can be done with backups.
#[derive(Debug, PartialEq, Eq, Subcommand)]
pub enum BackupCommand {
    /// Make a snapshot of the database and of all files, while the server serves or while none does.
    ///
    /// On PostgreSQL the database is dumped with pg_dump before. The master keys are in no backup: keep them elsewhere.
    Backup {
        /// The folder of the backup; made if it is not there. Only what is new since its last snapshot is copied.
        #[arg(value_name = "DIR")]
        folder: PathBuf,
        /// The dump that pg_dump has just made (PostgreSQL).
        #[arg(long, value_name = "FILE")]
        dump: Option<PathBuf>,
        /// Keep this many snapshots and remove older ones.
        #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u16).range(1..))]
        keep: Option<u16>,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Read a backup again and check all of it, without restoring it; if the master key is at hand, also that it opens.
    Verify {
        /// The folder of the backup.
        #[arg(value_name = "DIR")]
        folder: PathBuf,
        /// Which snapshot; the newest if none is named.
        #[arg(long, value_name = "NAME")]
        snapshot: Option<String>,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Put a backup into a new data folder, which may hold the master key and nothing else.
    ///
    /// Everybody has to log in again, and clients read their inboxes anew.
    Restore {
        /// The folder of the backup.
        #[arg(value_name = "DIR")]
        folder: PathBuf,
        /// Which snapshot; the newest if none is named.
        #[arg(long, value_name = "NAME")]
        snapshot: Option<String>,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
}

impl BackupCommand {
    /// Whether a program reads the answer.
    pub(crate) const fn json(&self) -> bool {
        match self {
            Self::Backup { json, .. } | Self::Verify { json, .. } | Self::Restore { json, .. } => {
                *json
            }
        }
    }
}
