use thiserror::Error;

use crate::ClientError;

/// Why somebody's keys are not to be believed.
#[derive(Debug, Error)]
pub enum KeyLogError {
    /// The server was not reached, or refused.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// The tree is not signed by the log that is known. It is another log, or somebody in between.
    #[error(
        "this is not the key log that you know: its tree has no good signature of the key you keep"
    )]
    OtherLog,
    /// The log has fewer leaves than it had. Something was taken out of it, or the server was restored from a backup.
    #[error("the key log was rolled back: you have seen {seen} leaves, and now it shows {shown}")]
    Rollback {
        /// How many leaves it had.
        seen: u64,
        /// How many it has now.
        shown: u64,
    },
    /// The tree does not begin with the one that was seen: there are two logs, and somebody is shown the other one.
    #[error(
        "the key log was forked: the tree of {shown} leaves does not begin with that of {seen} which you have seen"
    )]
    Fork {
        /// How many leaves the tree had that was seen.
        seen: u64,
        /// How many this one has.
        shown: u64,
    },
    /// A link of the chain is not in the log.
    #[error("link {seq} of the chain is not in the key log")]
    NotInLog {
        /// Its number.
        seq: u64,
    },
    /// A link of the chain does not follow from the one before it, or from the one that was seen last.
    #[error("link {seq} of the chain does not follow from the one before it")]
    BrokenChain {
        /// Its number.
        seq: u64,
    },
    /// The keys that the server hands out are not those that the chain ends with.
    #[error("the server hands out keys that the key log does not know")]
    KeysDiffer,
    /// The last change has no leaf yet: try again in a second.
    #[error("the last change is not in the key log yet: try again in a second")]
    Pending,
}
