use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

/// Why the state cannot be used.
#[derive(Debug, Error)]
pub(in crate::cli::client) enum StateError {
    /// Neither of the two variables says where configuration is.
    #[error("no place for the configuration: set HOME or XDG_CONFIG_HOME to an absolute path")]
    NoPlace,
    /// A profile is a folder: its name must be a plain one.
    #[error("a profile's name has 1 to 64 letters, digits, _ and -")]
    ProfileName,
    /// Others can look into it.
    #[error("{path} is open to others (mode {mode:o}): chmod {wanted:o} {path}", path = path.display())]
    Exposed {
        path: PathBuf,
        mode: u32,
        /// What it should be.
        wanted: u32,
    },
    /// Somebody else could have put anything there.
    #[error("{path} belongs to another user", path = .0.display())]
    Foreign(PathBuf),
    /// The file is not what was written there. What it says instead is not told.
    #[error("{path} is not what this program writes: remove it and log in again", path = .0.display())]
    Damaged(PathBuf),
    /// The operating system refuses.
    #[error("{path}: {error}", path = path.display())]
    Unusable { path: PathBuf, error: io::Error },
    /// There is no session.
    #[error("nobody is logged in as profile {profile}: sealpost login SERVER USERNAME")]
    NotLoggedIn { profile: String },
}

impl StateError {
    pub(super) fn at(path: &Path, error: io::Error) -> Self {
        Self::Unusable {
            path: path.to_owned(),
            error,
        }
    }

    /// A stable slug.
    pub(in crate::cli::client) const fn code(&self) -> &'static str {
        match self {
            Self::NoPlace => "no-home",
            Self::ProfileName => "invalid-profile",
            Self::Exposed { .. } | Self::Foreign(_) => "state-exposed",
            Self::Damaged(_) => "state-damaged",
            Self::Unusable { .. } => "state-unusable",
            Self::NotLoggedIn { .. } => "not-logged-in",
        }
    }
}
