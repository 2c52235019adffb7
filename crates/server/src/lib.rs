//! The program `sealpost`: command line, configuration, and the wiring of all other crates.
//!
//! This crate puts parts together and holds nothing that another crate could hold: no rule, no SQL, no route, no
//! cryptography. Where to start reading:
//! - [`cli`]: what can be typed;
//! - [`config`]: all settings, from [`config::keys`] on;
//! - `backup`: snapshots of database and blobs;
//! - `demo`: the main job as a play, through the SDK;
//! - [`serve`]: how the server starts, from the data folder to the shutdown.

mod admin;
mod backup;
pub mod cli;
pub mod config;
mod console;
mod demo;
mod hardening;
mod logging;
mod pace;
pub mod serve;
mod start_error;

use std::error::Error;
use std::path::Path;
use std::process::ExitCode;

use cli::{Cli, ClientCommand, Command, ConfigCommand, ServerCommand};
use config::{ConfigError, Environment, Loaded};
pub use start_error::StartError;

/// Exit code when the server cannot start or run.
const FAILED: u8 = 1;
/// Exit code for a wrong command line (clap's own) or a wrong configuration.
const USAGE: u8 = 2;

/// Runs the program with the arguments and the environment of this process.
#[must_use]
pub fn main() -> ExitCode {
    // First of all, before a secret is read.
    let weak_spots = hardening::harden();
    let cli = match Cli::read(std::env::args_os().collect()) {
        Ok(cli) => cli,
        Err(error) => error.exit(),
    };
    let ended = match cli.command.unwrap_or_default() {
        Command::Use(command) => use_account(command).map_err(Into::into),
        Command::Decrypt(options) => Ok(cli::decrypt(&options)),
        Command::Server(command) => match load(cli.config.as_deref()) {
            Ok(loaded) => run(command, loaded, &weak_spots),
            Err(error) => {
                console::complain(&error);
                return ExitCode::from(USAGE);
            }
        },
    };
    match ended {
        Ok(code) => code,
        Err(error) => {
            console::complain(&*error);
            ExitCode::from(FAILED)
        }
    }
}

/// Needs no configuration: that is the server's.
fn use_account(command: ClientCommand) -> Result<ExitCode, StartError> {
    Ok(runtime()?.block_on(cli::client::run(command)))
}

fn load(file: Option<&Path>) -> Result<Loaded, ConfigError> {
    config::load(file, &Environment::new(std::env::vars_os())?)
}

fn run(
    command: ServerCommand,
    loaded: Loaded,
    weak_spots: &[String],
) -> Result<ExitCode, Box<dyn Error>> {
    let Loaded {
        config,
        settings,
        warnings,
    } = loaded;
    match command {
        ServerCommand::Config { command } => {
            for warning in warnings {
                console::warn(&warning);
            }
            let text = match command {
                ConfigCommand::Check => "The configuration is right.\n".to_owned(),
                ConfigCommand::Print => settings.to_toml(),
            };
            console::say(&text);
        }
        ServerCommand::Migrate => {
            logging::init(&config.log);
            runtime()?.block_on(serve::database::migrate(&config.store))?;
        }
        ServerCommand::Assets => console::say(&cli::assets::list()),
        ServerCommand::Demo { web: true, .. } => runtime()?.block_on(demo::serve_two())?,
        ServerCommand::Demo { file, .. } => runtime()?.block_on(demo::run(file.as_deref()))?,
        ServerCommand::Operate(command) => {
            // There is no log: what a command has to say, it says.
            for warning in warnings {
                console::warn(&warning);
            }
            return Ok(runtime()?.block_on(cli::run(command, &config)));
        }
        ServerCommand::BackUp(command) => {
            for warning in warnings {
                console::warn(&warning);
            }
            return Ok(runtime()?.block_on(backup::run(command, config)));
        }
        ServerCommand::Serve => {
            logging::init(&config.log);
            for warning in warnings {
                tracing::warn!("{warning}");
            }
            for weak_spot in weak_spots {
                tracing::warn!("{weak_spot}");
            }
            runtime()?.block_on(serve::run(config))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn runtime() -> Result<tokio::runtime::Runtime, StartError> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(StartError::Runtime)
}
