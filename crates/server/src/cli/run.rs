//! Carries the operator's commands out and says what came of it.

use std::process::ExitCode;

use sealpost_domain::Secret;

use super::password::PasswordFailure;
use super::{OperatorCommand, blobs, keys, pages, show};
use crate::admin::channel::{Channel, ChannelError};
use crate::admin::wire::{Answer, Request};
use crate::config::Config;
use crate::console;

/// Exit code when a command was refused.
pub(super) const REFUSED: u8 = 1;
/// Exit code when the command line is not enough to go by (clap's own).
const USAGE: u8 = 2;

/// Carries a command out, with whatever it has to ask the operator first.
pub(crate) async fn run(command: OperatorCommand, config: &Config) -> ExitCode {
    let waits = matches!(&command, OperatorCommand::Keys { command, .. } if command.waits());
    let (request, json) = match command {
        OperatorCommand::User { command, json } => (command.into_request(), json),
        OperatorCommand::Session { command, json } => (Ok((command.into_request(), None)), json),
        OperatorCommand::Mail { command, json } => (Ok((command.into_request(), None)), json),
        OperatorCommand::Keys { command, json } => (Ok((command.into_request(), None)), json),
        OperatorCommand::Blobs { command, json } => return blobs::run(command, config, json).await,
        OperatorCommand::Invite { options, json } => (Ok((options.into_request(), None)), json),
    };
    let (request, password) = match request {
        Ok(request) => request,
        Err(failure) => return give_up(&failure, json),
    };
    match carry_out(config, request, waits).await {
        Ok(answer) => {
            tell(&answer, password.as_ref(), json);
            ExitCode::SUCCESS
        }
        Err(error) => refuse(&error, json),
    }
}

/// Says why a command was not carried out.
pub(super) fn refuse(error: &ChannelError, json: bool) -> ExitCode {
    if json {
        console::say(&show::failure_as_json(error.code(), &error.to_string()));
    } else {
        console::complain(error);
    }
    ExitCode::from(REFUSED)
}

async fn carry_out(config: &Config, request: Request, waits: bool) -> Result<Answer, ChannelError> {
    let channel = Channel::open(config).await?;
    let answer = pages::ask_for_all(&channel, request).await?;
    if waits {
        return keys::wait(&channel).await;
    }
    Ok(answer)
}

fn tell(answer: &Answer, password: Option<&Secret<String>>, json: bool) {
    let text = if json {
        // Values of our own always serialize; should one not, people's form says the same.
        show::as_json(answer, password).unwrap_or_else(|_| show::as_text(answer, password))
    } else {
        show::as_text(answer, password)
    };
    console::say(&text);
}

fn give_up(failure: &PasswordFailure, json: bool) -> ExitCode {
    if json {
        console::say(&show::failure_as_json("no-password", &failure.to_string()));
    } else {
        console::complain(failure);
    }
    ExitCode::from(match failure {
        PasswordFailure::NoSource | PasswordFailure::NotAsked => USAGE,
        PasswordFailure::Unreadable(_) | PasswordFailure::Differ => REFUSED,
    })
}
