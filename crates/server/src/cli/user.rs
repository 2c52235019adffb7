//! `sealpost user …`

use std::path::PathBuf;

use clap::Subcommand;
use sealpost_domain::Secret;

use super::password::{self, PasswordFailure};
use crate::admin::wire::Request;

/// What can be done with accounts.
#[derive(Debug, PartialEq, Eq, Subcommand)]
pub enum UserCommand {
    /// List all accounts, by username.
    List,
    /// Show an account.
    Show {
        /// Whose.
        username: String,
    },
    /// Make an account, whatever the registration policy says.
    ///
    /// At a terminal the password is asked for. It is never taken from the command line, where others could see it.
    Create {
        /// The name to be found by.
        username: String,
        /// A mail address.
        #[arg(long, value_name = "ADDRESS")]
        email: Option<String>,
        /// Read the password from this file, or from standard input (-).
        #[arg(long, value_name = "FILE", conflicts_with = "generate")]
        password_file: Option<PathBuf>,
        /// Make up a password, and show it once.
        #[arg(long)]
        generate: bool,
    },
    /// Let nobody log in to an account, and end all its sessions at once.
    Disable {
        /// Whose.
        username: String,
    },
    /// Let people log in to an account again.
    Enable {
        /// Whose.
        username: String,
    },
    /// Show what an account stores and may store, or say what it may.
    Quota {
        /// Whose.
        username: String,
        /// How much: bytes, or with KiB, MiB, GiB, TiB; `none` for no limit, `default` for what everybody may.
        quota: Option<String>,
    },
    /// Switch off all second factors of an account, for somebody who has lost them.
    ResetFactors {
        /// Whose.
        username: String,
    },

    /// Delete an account for good, with its files and its conversations.
    Delete {
        /// Whose.
        username: String,
        /// Yes, for good: nothing of it comes back.
        #[arg(long, required = true)]
        yes: bool,
    },
}

impl UserCommand {
    /// What to ask for, and a password that was made up for it.
    pub(super) fn into_request(self) -> Result<(Request, Option<Secret<String>>), PasswordFailure> {
        let request = match self {
            Self::List => Request::ListUsers {
                after: None,
                limit: u32::MAX,
            },
            Self::Show { username } => Request::ShowUser { username },
            Self::Create {
                username,
                email,
                password_file,
                generate,
            } => {
                let password = password::new(password_file.as_deref(), generate)?;
                let shown = generate.then(|| password.clone());
                let request = Request::CreateUser {
                    username,
                    password,
                    email,
                };
                return Ok((request, shown));
            }
            Self::Disable { username } => Request::DisableUser { username },
            Self::Enable { username } => Request::EnableUser { username },
            Self::Quota { username, quota } => Request::Quota { username, quota },
            Self::ResetFactors { username } => Request::ResetFactors { username },
            // Without the word it is no command line.
            Self::Delete { username, yes: _ } => Request::DeleteUser { username },
        };
        Ok((request, None))
    }
}
