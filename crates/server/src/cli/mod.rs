//! The command line. The groups of the operator's commands are a file each; `run.rs` carries them out.

pub(crate) mod assets;
mod backup;
mod blobs;
pub(crate) mod client;
mod decrypt;
mod invite;
mod keys;
mod lifetime;
mod mail;
mod pages;
mod password;
mod run;
mod session;
mod show;
mod table;
mod user;

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

use crate::config;

pub use backup::BackupCommand;
pub use blobs::BlobsCommand;
pub use client::ClientCommand;
pub use decrypt::DecryptOptions;
pub(crate) use decrypt::run as decrypt;
pub use invite::{InviteCommand, InviteOptions};
pub use keys::KeysCommand;
pub use mail::MailCommand;
pub(crate) use run::run;
pub use session::SessionCommand;
pub use user::UserCommand;

/// An API server for end-to-end encrypted messages and encrypted files, and a client for it.
///
/// Without a command it serves. It needs no configuration: everything goes to ./data and it listens on
/// 127.0.0.1:5000.
#[derive(Debug, Parser)]
#[command(name = "sealpost", version, max_term_width = 100)]
pub struct Cli {
    /// Configuration file (TOML).
    #[arg(long, value_name = "FILE", global = true)]
    pub config: Option<PathBuf>,
    /// What to do; [`ServerCommand::Serve`] if nothing is said.
    #[command(subcommand)]
    pub command: Option<Command>,
}

impl Cli {
    /// What was typed. `arguments` begin with the name of the program.
    ///
    /// # Errors
    /// They are no command line of this program, or ask for help.
    pub fn read(arguments: Vec<OsString>) -> Result<Self, clap::Error> {
        // Whoever only serves needs no description of all the other commands, which takes longer to make than the rest of this.
        match arguments.get(1..).unwrap_or_default() {
            [] => Ok(Self {
                config: None,
                command: None,
            }),
            [serve] if serve == "serve" => Ok(Self {
                config: None,
                command: Some(Command::Server(ServerCommand::Serve)),
            }),
            _ => Self::from_arg_matches(&command().try_get_matches_from(arguments)?),
        }
    }
}

/// What the program can do.
#[derive(Debug, PartialEq, Eq, Subcommand)]
pub enum Command {
    /// Be the server, or look after it.
    #[command(flatten)]
    Server(ServerCommand),
    /// Use an account, on any server.
    #[command(flatten)]
    Use(ClientCommand),
    /// Open a file's ciphertext with its key, without any server.
    ///
    /// Reads what GET /v1/files/{id}/ciphertext and /key gave, in constant memory. Either all of it was checked and is there, or
    /// nothing is.
    Decrypt(DecryptOptions),
}

impl Default for Command {
    fn default() -> Self {
        Self::Server(ServerCommand::Serve)
    }
}

/// What the program can do where the server is, with its configuration.
#[derive(Debug, PartialEq, Eq, Subcommand)]
pub enum ServerCommand {
    /// Serve (what happens without a command).
    Serve,
    /// Bring the database schema up to date, and end.
    Migrate,
    /// Show the main job: start a server in a temporary folder, let two people exchange a sealed message through it, and
    /// say at each step who sends what, what the server stores, and what the other opens.
    Demo {
        /// Also store this file encrypted, and read it back.
        #[arg(value_name = "FILE")]
        file: Option<PathBuf>,
        /// Instead: let two people have talked to each other, and serve them in the browser until Ctrl-C.
        #[arg(long, conflicts_with = "file")]
        web: bool,
    },
    /// List the files of the web client that this program serves, with the SHA-256 digest of each: what a browser that asked
    /// it has must be the same.
    Assets,
    /// Look after accounts, sessions and invites.
    #[command(flatten)]
    Operate(OperatorCommand),
    /// Make backups, check them, and restore one.
    #[command(flatten)]
    BackUp(BackupCommand),
    /// Look at the configuration.
    Config {
        /// What to do with it.
        #[command(subcommand)]
        command: ConfigCommand,
    },
}

/// What the operator can do, with the running server or without.
#[derive(Debug, PartialEq, Eq, Subcommand)]
pub enum OperatorCommand {
    /// Look after accounts.
    ///
    /// Speaks to the running server through DATA_DIR/admin.sock; while none runs, it opens the store itself. For root and
    /// the user that the server runs as.
    User {
        /// What to do with them.
        #[command(subcommand)]
        command: UserCommand,
        /// Print JSON.
        #[arg(long, global = true)]
        json: bool,
    },
    /// Look after who is logged in.
    Session {
        /// What to do with them.
        #[command(subcommand)]
        command: SessionCommand,
        /// Print JSON.
        #[arg(long, global = true)]
        json: bool,
    },
    /// Look after outgoing mail.
    Mail {
        /// What to do with it.
        #[command(subcommand)]
        command: MailCommand,
        /// Print JSON.
        #[arg(long, global = true)]
        json: bool,
    },
    /// Look after the master keys, under which everything rests.
    Keys {
        /// What to do with them.
        #[command(subcommand)]
        command: KeysCommand,
        /// Print JSON.
        #[arg(long, global = true)]
        json: bool,
    },
    /// Look after the stored bytes of files.
    Blobs {
        /// What to do with them.
        #[command(subcommand)]
        command: BlobsCommand,
        /// Print JSON, a line for each damaged file and one at the end.
        #[arg(long, global = true)]
        json: bool,
    },
    /// Make an invite, or look after those there are.
    Invite {
        /// What to do.
        #[command(flatten)]
        options: InviteOptions,
        /// Print JSON.
        #[arg(long, global = true)]
        json: bool,
    },
}

/// What can be done with the configuration.
#[derive(Debug, PartialEq, Eq, Subcommand)]
pub enum ConfigCommand {
    /// Say whether it is right, without touching anything.
    Check,
    /// Print the settings in force as TOML, with the source of each, without secrets.
    Print,
}

/// The command line with the list of all settings in `--help`.
#[must_use]
pub fn command() -> clap::Command {
    Cli::command()
        .after_help("All settings: sealpost --help")
        .after_long_help(config::help())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(arguments: &[&str]) -> Vec<OsString> {
        let all = std::iter::once(&"sealpost").chain(arguments);
        all.map(Into::into).collect()
    }

    fn parse(arguments: &[&str]) -> Cli {
        Cli::read(all(arguments)).unwrap()
    }

    #[test]
    fn the_definition_holds() {
        command().debug_assert();
    }

    #[test]
    fn serving_is_what_happens_without_a_command() {
        let serve = Command::Server(ServerCommand::Serve);
        assert_eq!(parse(&[]).command.unwrap_or_default(), serve);
        assert_eq!(parse(&["serve"]).command, Some(serve));
    }

    #[test]
    fn what_is_not_parsed_says_what_the_parser_would_say() {
        for arguments in [&[][..], &["serve"]] {
            let parsed = Cli::try_parse_from(all(arguments)).unwrap();
            let read = parse(arguments);
            assert_eq!((read.config, read.command), (parsed.config, parsed.command));
        }
        assert!(Cli::read(all(&["Serve"])).is_err());
        assert!(Cli::read(all(&["serve", "serve"])).is_err());
    }

    #[test]
    fn the_file_may_stand_before_or_after_the_command() {
        for arguments in [
            ["--config", "a.toml", "serve"],
            ["serve", "--config", "a.toml"],
        ] {
            assert_eq!(parse(&arguments).config, Some("a.toml".into()));
        }
        let print = Command::Server(ServerCommand::Config {
            command: ConfigCommand::Print,
        });
        assert_eq!(parse(&["config", "print"]).command, Some(print));
    }
}
