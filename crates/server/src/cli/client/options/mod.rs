mod files;
mod groups;

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Subcommand};
use sealpost_client::ConversationId;

pub(crate) use files::{FilesCommand, PutOptions};
pub(crate) use groups::GroupsCommand;

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
            &["files", "put", "a.txt", "--sealed"],
            &["files", "share", ID, "bob"],
            &[
                "files",
                "link",
                ID,
                "--expires-in",
                "2h",
                "--downloads",
                "3",
            ],
            &["files", "open", "-"],
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
            &["files", "put", "a.txt", "--sealed", "--resume", ID],
            &["files", "share", ID],
            &["files", "link", ID, "--expires-in", "soon"],
            &["files", "link", ID, "--downloads", "0"],
            &["files", "unlink", ID],
            &["files", "open"],
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
