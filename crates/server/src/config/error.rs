//! What can be wrong with a configuration, and what is worth a word though it is not wrong.

use std::fmt;
use std::path::PathBuf;

use thiserror::Error;

/// Where a value came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// An environment variable, by its name.
    Variable(String),
    /// A line of the configuration file.
    File {
        /// The configuration file.
        path: PathBuf,
        /// Counted from 1.
        line: usize,
    },
    /// The contents of a file that a `…_FILE` variable or a `…_file` key names.
    Contents {
        /// The file that was read.
        path: PathBuf,
        /// What named it.
        named_by: Box<Self>,
    },
    /// Nobody set it.
    Default,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Variable(name) => write!(f, "environment variable {name}"),
            Self::File { path, line } => write!(f, "{}, line {line}", path.display()),
            Self::Contents { path, named_by } => {
                write!(f, "file {}, named by {named_by}", path.display())
            }
            Self::Default => f.write_str("the default"),
        }
    }
}

/// Why a configuration is refused. No text holds the value of a secret.
#[derive(Debug, Error)]
pub enum ConfigError {
    /// A value that is not what its key wants.
    #[error("`{key}` ({source_of}): {found}; it must be {wants}")]
    Value {
        /// The setting.
        key: String,
        /// Where the value came from.
        source_of: Source,
        /// The value, quoted, or for a secret only that it is not right.
        found: String,
        /// What would be right.
        wants: &'static str,
    },
    /// The configuration file holds a key that does not exist.
    #[error("unknown key `{key}` ({source_of}){}; `sealpost --help` lists all settings", did_you_mean(nearest.as_deref()))]
    UnknownKey {
        /// The whole path of the key.
        key: String,
        /// Where it stands.
        source_of: Source,
        /// An existing key with nearly the same name.
        nearest: Option<String>,
    },
    /// A secret and the file that holds it are both given.
    #[error("`{key}` is set twice: by {first} and by {second}; remove one of them")]
    Twice {
        /// The setting.
        key: String,
        /// The value itself.
        first: Source,
        /// The file's name.
        second: Source,
    },
    /// A file cannot be read.
    #[error("cannot read {path} (named by {named_by}): {error}", path = path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What named it.
        named_by: String,
        /// What the operating system or the decoder says.
        error: std::io::Error,
    },
    /// The configuration file is not TOML.
    #[error("{path}, line {line}: this is not TOML: {message}", path = path.display())]
    Syntax {
        /// The configuration file.
        path: PathBuf,
        /// Counted from 1.
        line: usize,
        /// What the parser says, without the text of the file.
        message: String,
    },
    /// A variable of ours whose value is not UTF-8.
    #[error("environment variable {0} is not valid UTF-8; set it to plain text")]
    NotUnicode(String),
    /// A key that this kind of provider needs.
    #[error("`{key}` is not set, and {needed_by} needs it")]
    Missing {
        /// The setting.
        key: String,
        /// What needs it.
        needed_by: String,
    },
    /// A key that has no meaning for this kind of provider.
    #[error("`{key}` ({source_of}) has no meaning for {unfit_for}; remove it")]
    Unfit {
        /// The setting.
        key: String,
        /// Where it was set.
        source_of: Source,
        /// What it does not fit.
        unfit_for: String,
    },
    /// Two providers would vouch for the same people.
    #[error("the identity providers {first} and {second} have the same issuer; remove one of them")]
    IssuerTwice {
        /// One.
        first: String,
        /// The other.
        second: String,
    },
    /// Limits are off while others can reach the server.
    #[error(
        "`limits` is off ({source_of}) but `listen` has {listener}, which is not a loopback address; \
         remove one of the two"
    )]
    LimitsOff {
        /// Where `limits` was set.
        source_of: Source,
        /// The first listener beyond loopback.
        listener: std::net::SocketAddr,
    },
}

/// Something an operator should know, though the server starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Warning {
    /// A variable begins like ours and is none of ours.
    UnknownVariable {
        /// Its name.
        name: String,
        /// An existing variable with nearly the same name.
        nearest: Option<String>,
    },
    /// The master key stands in the environment.
    MasterKeyInEnvironment,
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownVariable { name, nearest } => write!(
                f,
                "unknown environment variable {name} is ignored{}",
                did_you_mean(nearest.as_deref())
            ),
            Self::MasterKeyInEnvironment => f.write_str(
                "the master key is in the environment, where other processes of this user can read it; \
                 better put it into a file and set SEALPOST_MASTER_KEY_FILE",
            ),
        }
    }
}

fn did_you_mean(nearest: Option<&str>) -> String {
    nearest
        .map(|name| format!("; did you mean {name}?"))
        .unwrap_or_default()
}

/// The name most like `name`, if one is near enough to be a slip of the finger.
pub(super) fn nearest(name: &str, known: impl Iterator<Item = String>) -> Option<String> {
    known
        .map(|candidate| (strsim::damerau_levenshtein(name, &candidate), candidate))
        .filter(|(distance, candidate)| *distance <= 1 + candidate.len() / 8)
        .min()
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn among(name: &str) -> Option<String> {
        nearest(
            name,
            ["listen", "log", "limits"].into_iter().map(str::to_owned),
        )
    }

    #[test]
    fn only_a_slip_is_near() {
        assert_eq!(among("lisetn").as_deref(), Some("listen"));
        assert_eq!(among("limit").as_deref(), Some("limits"));
        assert_eq!(among("colour"), None);
    }
}
