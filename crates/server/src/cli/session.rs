//! `sealpost session …`

use clap::Subcommand;

use crate::admin::wire::Request;

/// What can be done with sessions.
#[derive(Debug, PartialEq, Eq, Subcommand)]
pub enum SessionCommand {
    /// List the sessions of an account, newest first.
    List {
        /// Whose.
        username: String,
    },
    /// End a session, or all of an account: their tokens are dead within a second.
    Revoke {
        /// The session.
        #[arg(required_unless_present = "user")]
        id: Option<String>,
        /// All sessions of this account instead.
        #[arg(long, value_name = "USERNAME", conflicts_with = "id")]
        user: Option<String>,
    },
}

impl SessionCommand {
    /// What to ask for.
    pub(super) fn into_request(self) -> Request {
        match self {
            Self::List { username } => Request::ListSessions { username },
            Self::Revoke {
                user: Some(username),
                ..
            } => Request::RevokeSessions { username },
            Self::Revoke { id, user: None } => Request::RevokeSession {
                id: id.unwrap_or_default(),
            },
        }
    }
}
