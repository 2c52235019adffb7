//! `sealpost invite …`

use std::time::Duration;

use clap::{Args, Subcommand};
use sealpost_domain::invites::Invite;

use super::lifetime::lifetime;
use crate::admin::wire::Request;

/// A new invite, or something else about invites.
#[derive(Debug, PartialEq, Eq, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct InviteOptions {
    /// Something else than to make one.
    #[command(subcommand)]
    pub command: Option<InviteCommand>,
    /// How many accounts it can make, 1 to 1000.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=i64::from(Invite::MAX_USES)))]
    pub uses: u32,
    /// How long it is good, such as 12h, 7d or 4w; at most 365d.
    #[arg(long, value_name = "TIME", default_value = "7d", value_parser = lifetime)]
    pub expires: Duration,
}

/// What can be done with invites.
#[derive(Debug, PartialEq, Eq, Subcommand)]
pub enum InviteCommand {
    /// List all invites, newest first.
    List,
    /// Show an invite and the accounts it has made.
    Show {
        /// Its id (not the code).
        id: String,
    },
    /// Take an invite back: it makes no further account.
    Revoke {
        /// Its id (not the code).
        id: String,
    },
}

impl InviteOptions {
    /// What to ask for.
    pub(super) fn into_request(self) -> Request {
        match self.command {
            None => Request::CreateInvite {
                uses: self.uses,
                lifetime_seconds: self.expires.as_secs(),
            },
            Some(InviteCommand::List) => Request::ListInvites {
                before: None,
                limit: u32::MAX,
            },
            Some(InviteCommand::Show { id }) => Request::ShowInvite { id },
            Some(InviteCommand::Revoke { id }) => Request::RevokeInvite { id },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_and_the_default_lifetime_are_those_of_the_domain() {
        assert_eq!(lifetime("7d"), Ok(Invite::DEFAULT_LIFETIME));
        assert_eq!(lifetime("365d"), Ok(Invite::MAX_LIFETIME));
    }
}
