use clap::{Subcommand, ValueEnum};
use sealpost_client::{ConversationId, Role};

use super::how_many;

/// What can be done with groups.
#[derive(Debug, PartialEq, Eq, Subcommand)]
pub enum GroupsCommand {
    /// Make a group, which one owns.
    Create {
        /// Who else is in it.
        #[arg(value_name = "USER")]
        members: Vec<String>,
        /// What it is called. The server can read it.
        #[arg(long)]
        title: Option<String>,
        /// Let those who are added later see what was said before.
        #[arg(long)]
        history: bool,
    },
    /// List who is in it, who has been there longest first.
    Members {
        /// The group's id.
        group: ConversationId,
        /// So many at most.
        #[arg(long, value_name = "N", default_value_t = 1_000, value_parser = how_many())]
        limit: u64,
    },
    /// Add somebody.
    Add {
        /// The group's id.
        group: ConversationId,
        /// Whom.
        user: String,
    },
    /// Remove somebody.
    Remove {
        /// The group's id.
        group: ConversationId,
        /// Whom.
        user: String,
    },
    /// Give somebody another role.
    Appoint {
        /// The group's id.
        group: ConversationId,
        /// Whom.
        user: String,
        /// Which; owner hands the group over.
        #[arg(value_enum)]
        role: RoleOption,
    },
    /// Leave it. An owner hands it over by that, and with the last one it ends.
    Leave {
        /// The group's id.
        group: ConversationId,
    },
}

/// A role in a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum RoleOption {
    /// Reads, writes, and may leave.
    Member,
    /// Adds people, and removes members.
    Admin,
    /// Gives the roles.
    Owner,
}

impl From<RoleOption> for Role {
    fn from(role: RoleOption) -> Self {
        match role {
            RoleOption::Member => Self::Member,
            RoleOption::Admin => Self::Admin,
            RoleOption::Owner => Self::Owner,
        }
    }
}
