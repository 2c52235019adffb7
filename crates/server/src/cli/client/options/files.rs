use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Subcommand};
use sealpost_client::{FileId, LinkId};

use super::how_many;
use crate::cli::lifetime::lifetime;

/// What to store.
#[derive(Debug, PartialEq, Eq, Args)]
pub struct PutOptions {
    /// The file.
    pub file: PathBuf,
    /// Seal it on this machine: the server learns its size and nothing else.
    #[arg(long)]
    pub sealed: bool,
    /// Under another name.
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    /// Its media type, such as image/jpeg.
    #[arg(long = "type", value_name = "TYPE")]
    pub content_type: Option<String>,
    /// Go on with an upload of this file that broke off.
    #[arg(long, value_name = "ID", conflicts_with_all = ["sealed", "name", "content_type"])]
    pub resume: Option<FileId>,
}

/// What can be done with files.
#[derive(Debug, PartialEq, Eq, Subcommand)]
pub enum FilesCommand {
    /// List them, newest first.
    List {
        /// So many at most.
        #[arg(long, value_name = "N", default_value_t = 50, value_parser = how_many())]
        limit: u64,
        /// Those that others have shared with oneself.
        #[arg(long)]
        shared: bool,
    },
    /// Store a file. Where the connection or the server is lost, it goes on.
    Put(PutOptions),
    /// Read a file back. Nothing is overwritten.
    Get {
        /// Its id.
        id: FileId,
        /// To this place, or to standard output (-); otherwise into this folder, under its own name.
        #[arg(short, long, value_name = "FILE")]
        output: Option<PathBuf>,
    },
    /// Delete a file.
    Rm {
        /// Its id.
        id: FileId,
    },
    /// Let somebody read a file.
    Share {
        /// Its id.
        id: FileId,
        /// Whom.
        user: String,
    },
    /// Let somebody read a file no longer; with one's own name, give up one that was shared with oneself.
    Unshare {
        /// Its id.
        id: FileId,
        /// Whom.
        user: String,
    },
    /// List with whom a file is shared.
    Shares {
        /// Its id.
        id: FileId,
    },
    /// Make a link to a file. Whoever has it opens the file, without an account.
    Link {
        /// The file's id.
        id: FileId,
        /// How long it can be opened: 1m to 30d.
        #[arg(long, value_name = "TIME", default_value = "7d", value_parser = lifetime)]
        expires_in: Duration,
        /// How often it can be opened; otherwise as often as people like.
        #[arg(long, value_name = "N", value_parser = how_many())]
        downloads: Option<u64>,
    },
    /// List the links to a file.
    Links {
        /// The file's id.
        id: FileId,
    },
    /// End a link to a file.
    Unlink {
        /// The file's id.
        id: FileId,
        /// The link's id.
        link: LinkId,
    },
    /// Read the file that a link leads to. Nobody need be logged in. Nothing is overwritten.
    Open {
        /// The link; - reads it from standard input, where nobody who lists the processes sees it.
        url: String,
        /// To this place, or to standard output (-); otherwise into this folder, under the file's own name.
        #[arg(short, long, value_name = "FILE")]
        output: Option<PathBuf>,
    },
    /// Have the server seal a file under a new key. Its links end.
    ReEncrypt {
        /// Its id.
        id: FileId,
    },
}
