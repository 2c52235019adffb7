//! `sealpost mail …`

use clap::Subcommand;

use crate::admin::wire::Request;

/// What can be done with outgoing mail.
#[derive(Debug, PartialEq, Eq, Subcommand)]
pub enum MailCommand {
    /// List the mails that wait, and those that were given up in the last thirty days, newest first.
    ///
    /// Neither addresses nor contents are shown.
    List,
    /// Try a waiting mail again at once.
    Retry {
        /// Its id.
        id: String,
    },
    /// Send a test mail.
    SendTest {
        /// To this address.
        address: String,
    },
}

impl MailCommand {
    /// What to ask for.
    pub(super) fn into_request(self) -> Request {
        match self {
            Self::List => Request::ListMail {
                before: None,
                limit: u32::MAX,
            },
            Self::Retry { id } => Request::RetryMail { id },
            Self::SendTest { address } => Request::SendTestMail { address },
        }
    }
}
