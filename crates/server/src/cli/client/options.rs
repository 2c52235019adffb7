use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Subcommand, ValueEnum};
use sealpost_client::{ConversationId, FileId, Role};

use crate::cli::lifetime::lifetime;

/// What one can do with an account.
#[derive(Debug, PartialEq, Eq, Subcommand)]
pub enum ClientCommand {
    /// Log in to a server, and keep the session for the commands that follow.
    ///
    /// At a terminal the password is asked for, and a code if the account has a second factor. Neither is ever taken from
    /// the command line, where others could see it.
    Login {
        /// Where to log in.
        #[command(flatten)]
        options: LoginOptions,
        /// What every command takes.
        #[command(flatten)]
        common: Common,
    },
    /// Make an account on a server, and log in to it.
    ///
    /// At a terminal the password is asked for, twice. It is never taken from the command line, where others could see it.
    Register {
        /// Which account, and where.
        #[command(flatten)]
        options: RegisterOptions,
        /// What every command takes.
        #[command(flatten)]
        common: Common,
    },
    /// Log out. The device's keys stay, so that old messages can be read after the next login.
    Logout {
        /// What every command takes.
        #[command(flatten)]
        common: Common,
    },
    /// Say who is logged in, and where.
    Whoami {
        /// What every command takes.
        #[command(flatten)]
        common: Common,
    },
    /// Send a message that only its receivers can read.
    #[command(
        override_usage = "sealpost send [OPTIONS] USER TEXT...\n       sealpost send [OPTIONS] --group ID TEXT..."
    )]
    Send {
        /// What to send.
        #[command(flatten)]
        options: SendOptions,
        /// What every command takes.
        #[command(flatten)]
        common: Common,
    },
    /// List one's conversations, newest first.
    Conversations {
        /// So many at most.
        #[arg(long, value_name = "N", default_value_t = 50, value_parser = how_many())]
        limit: u64,
        /// What every command takes.
        #[command(flatten)]
        common: Common,
    },
    /// Show the last messages of a conversation, the newest at the end.
    History {
        /// Which messages.
        #[command(flatten)]
        options: HistoryOptions,
        /// What every command takes.
        #[command(flatten)]
        common: Common,
    },
    /// Follow one's inbox, from where it was left the last time on.
    Listen {
        /// How long.
        #[command(flatten)]
        options: ListenOptions,
        /// What every command takes.
        #[command(flatten)]
        common: Common,
    },
    /// Look after the groups one is in.
    Groups {
        /// What to do with them.
        #[command(subcommand)]
        command: GroupsCommand,
        /// What every command takes.
        #[command(flatten)]
        common: Common,
    },
    /// Look after one's files, which the server keeps encrypted.
    Files {
        /// What to do with them.
        #[command(subcommand)]
        command: FilesCommand,
        /// What every command takes.
        #[command(flatten)]
        common: Common,
    },
}

impl ClientCommand {
    /// What every command takes.
    pub(super) const fn common(&self) -> &Common {
        match self {
            Self::Login { common, .. }
            | Self::Register { common, .. }
            | Self::Logout { common }
            | Self::Whoami { common }
            | Self::Send { common, .. }
            | Self::Conversations { common, .. }
            | Self::History { common, .. }
            | Self::Listen { common, .. }
            | Self::Groups { common, .. }
            | Self::Files { common, .. } => common,
        }
    }
}

/// What every command takes.
#[derive(Debug, Default, PartialEq, Eq, Args)]
pub struct Common {
    /// Print JSON, an object a line.
    #[arg(long, global = true)]
    pub json: bool,
    /// Which of several accounts; otherwise what SEALPOST_PROFILE says, or `default`.
    #[arg(long, value_name = "NAME", global = true)]
    pub profile: Option<String>,
}

/// Where to log in, and as whom.
#[derive(Debug, PartialEq, Eq, Args)]
pub struct LoginOptions {
    /// Its URL, such as https://chat.example.
    pub server: String,
    /// A username or a mail address.
    pub username: String,
    /// Read the password from this file, or from standard input (-).
    #[arg(long, value_name = "FILE")]
    pub password_file: Option<PathBuf>,
    /// Read the code of the second factor, should one be wanted, from this file.
    #[arg(long, value_name = "FILE")]
    pub code_file: Option<PathBuf>,
}

/// Which account to make.
#[derive(Debug, PartialEq, Eq, Args)]
pub struct RegisterOptions {
    /// The server's URL, such as https://chat.example.
    pub server: String,
    /// What to be called there.
    pub username: String,
    /// A mail address, by which a forgotten password can be replaced once it is proved.
    #[arg(long, value_name = "ADDRESS")]
    pub email: Option<String>,
    /// Read the password from this file, or from standard input (-).
    #[arg(long, value_name = "FILE")]
    pub password_file: Option<PathBuf>,
}

/// What to send, and to whom.
#[derive(Debug, PartialEq, Eq, Args)]
pub struct SendOptions {
    /// A username, and the text; with --group the text alone. A text of - is read from standard input, where nobody who
    /// lists the processes sees it.
    #[arg(required = true, value_name = "USER TEXT")]
    pub words: Vec<String>,
    /// To this group or conversation.
    #[arg(long, value_name = "ID")]
    pub group: Option<ConversationId>,
    /// As text that the server can read, and keeps sealed.
    #[arg(long)]
    pub text: bool,
}

/// Which messages to show.
#[derive(Debug, PartialEq, Eq, Args)]
pub struct HistoryOptions {
    /// The conversation with this user.
    #[arg(required_unless_present = "conversation")]
    pub user: Option<String>,
    /// This conversation.
    #[arg(long, value_name = "ID", conflicts_with = "user")]
    pub conversation: Option<ConversationId>,
    /// So many at most.
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = how_many())]
    pub limit: u64,
}

/// How long to listen.
#[derive(Debug, PartialEq, Eq, Args)]
pub struct ListenOptions {
    /// End after the next thing that is told.
    #[arg(long)]
    pub once: bool,
    /// End after this time, such as 30s or 5m; with --once, that is a failure.
    #[arg(long, value_name = "TIME", value_parser = lifetime)]
    pub timeout: Option<Duration>,
}

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

/// What can be done with files.
#[derive(Debug, PartialEq, Eq, Subcommand)]
pub enum FilesCommand {
    /// List them, newest first.
    List {
        /// So many at most.
        #[arg(long, value_name = "N", default_value_t = 50, value_parser = how_many())]
        limit: u64,
    },
    /// Store a file.
    Put {
        /// The file.
        file: PathBuf,
        /// Under another name.
        #[arg(long, value_name = "NAME")]
        name: Option<String>,
        /// Its media type, such as image/jpeg.
        #[arg(long = "type", value_name = "TYPE")]
        content_type: Option<String>,
    },
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
}

fn how_many() -> clap::builder::RangedU64ValueParser {
    clap::value_parser!(u64).range(1..=10_000)
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;
    use crate::cli::{Cli, Command};

    const ID: &str = "019aa6b0-7c3a-7d52-9a5e-0242ac120003";

    fn parse(arguments: &[&str]) -> Result<ClientCommand, clap::Error> {
        let cli = Cli::try_parse_from(std::iter::once(&"sealpost").chain(arguments))?;
        match cli.command {
            Some(Command::Use(command)) => Ok(command),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn every_command_takes_json_and_a_profile() {
        for arguments in [
            &["login", "http://localhost:5000", "alice"][..],
            &["register", "http://localhost:5000", "alice"],
            &["logout"],
            &["whoami"],
            &["send", "bob", "hello"],
            &["conversations"],
            &["history", "bob"],
            &["listen"],
            &["groups", "create", "bob"],
            &["groups", "leave", ID],
            &["files", "list"],
        ] {
            let quiet = parse(arguments).unwrap();
            assert_eq!(*quiet.common(), Common::default(), "{arguments:?}");
            let options = ["--json", "--profile", "work"];
            let told = parse(&[arguments, &options].concat()).unwrap();
            let wanted = Common {
                json: true,
                profile: Some("work".to_owned()),
            };
            assert_eq!(*told.common(), wanted, "{arguments:?}");
        }
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        for arguments in [
            &["login", "http://localhost:5000"][..],
            &["send"],
            &["send", "--group", "nonsense", "hello"],
            &["history"],
            &["history", "bob", "--conversation", ID],
            &["history", "bob", "--limit", "0"],
            &["listen", "--timeout", "soon"],
            &["register", "http://localhost:5000"],
            &["groups"],
            &["groups", "add", ID],
            &["groups", "members", "nonsense"],
            &["groups", "appoint", ID, "bob", "king"],
            &["files", "get", "nonsense"],
        ] {
            let refused = parse(arguments).unwrap_err();
            assert_eq!(refused.exit_code(), 2, "{arguments:?}");
        }
    }

    #[test]
    fn no_password_and_no_code_is_an_argument() {
        for option in ["--password=hunter2", "--code=123456"] {
            for command in ["login", "register"] {
                let arguments = [command, "http://localhost:5000", "alice", option];
                assert!(parse(&arguments).is_err());
            }
        }
    }
}
