//! What can go wrong, as people and as programs read it.

use std::io;
use std::path::PathBuf;

use sealpost_client::{ClientError, FileId, Problem};
use serde_json::json;
use thiserror::Error;

use super::state::StateError;
use crate::StartError;
use crate::cli::password::PasswordFailure;
use crate::cli::table::harmless;
use crate::console;

/// Why a command was not carried out.
#[derive(Debug, Error)]
pub(super) enum Failure {
    #[error(transparent)]
    Client(#[from] ClientError),
    #[error(transparent)]
    State(#[from] StateError),
    #[error(transparent)]
    Password(#[from] PasswordFailure),
    #[error(transparent)]
    System(#[from] StartError),
    /// A file of one's own, or standard input or output.
    #[error("cannot read or write: {0}")]
    Local(#[from] io::Error),
    #[error(
        "profile {profile} is logged in as {username} at {server}: log out first, or name another --profile"
    )]
    OtherAccount {
        profile: String,
        username: String,
        server: String,
    },
    #[error("a second factor is wanted ({}), and nobody is at a terminal: name a file with --code-file", factors.join(", "))]
    SecondFactor { factors: Vec<String> },
    #[error("there is nothing to send")]
    NoText,
    #[error("a text has at most 65,536 bytes: store it as a file")]
    LongText,
    #[error("name a user and a text, or --group and a text")]
    NoReceiver,
    #[error("there is no conversation with {0}")]
    NoConversation(String),
    #[error("another command listens for this profile")]
    AlreadyListening,
    #[error("nothing came in time")]
    TimedOut,
    #[error("{path} is there already: name another with --output", path = .0.display())]
    FileExists(PathBuf),
    #[error("the file has no plain name: name one with --output")]
    NoFileName,
    /// An upload that can go on.
    #[error("{error}; what came is kept: go on with --resume {id}")]
    BrokenOff { id: FileId, error: ClientError },
    #[error("this upload was begun with a file of {0} bytes")]
    OtherLength(u64),
}

impl Failure {
    /// A stable slug: the server's own, where the server refused.
    pub(super) fn code(&self) -> &str {
        match self {
            Self::Client(error) => client_code(error),
            Self::State(error) => error.code(),
            Self::Password(_) => "no-password",
            Self::System(_) => "system",
            Self::Local(_) => "local-io",
            Self::OtherAccount { .. } => "other-account",
            Self::SecondFactor { .. } => "second-factor-required",
            Self::NoText => "empty-message",
            Self::LongText => "body-too-large",
            Self::NoReceiver => "no-receiver",
            Self::NoConversation(_) => "no-conversation",
            Self::AlreadyListening => "already-listening",
            Self::TimedOut => "timed-out",
            Self::FileExists(_) => "file-exists",
            Self::NoFileName => "no-file-name",
            Self::BrokenOff { error, .. } => client_code(error),
            Self::OtherLength(_) => "other-length",
        }
    }

    /// A sentence.
    fn detail(&self) -> String {
        match self {
            Self::Client(error) => match error.problem() {
                Some(problem) => detail_of(problem),
                None => error.to_string(),
            },
            other => other.to_string(),
        }
    }

    /// Says it on standard error.
    pub(super) fn tell(&self, json: bool) {
        let (code, detail) = (self.code(), self.detail());
        if json {
            let error = json!({"error": {"code": code, "detail": detail}});
            console::ask(&format!("{error}\n"));
        } else {
            // The server's words must not steer the terminal.
            console::ask(&format!(
                "sealpost: {}: {}\n",
                harmless(code),
                harmless(&detail)
            ));
        }
    }
}

/// What the SDK calls it, where the server says nothing.
pub(super) fn client_code(error: &ClientError) -> &str {
    if let Some(code) = error.code().filter(|code| !code.is_empty()) {
        return code;
    }
    match error {
        ClientError::Refused(_) | ClientError::SessionOver(_) => "refused",
        ClientError::NoAnswer(_) => "no-answer",
        ClientError::InvalidUrl => "invalid-url",
        ClientError::NoKey { .. } => "no-key",
        ClientError::BadKey { .. } => "bad-key",
        ClientError::CannotSeal(_) => "cannot-seal",
        ClientError::TooLarge { .. } => "body-too-large",
        ClientError::CannotOpen(_) => "cannot-open",
        ClientError::NotSealed => "not-sealed",
        ClientError::LocalFile(error) => stored_code(error),
        ClientError::DeviceFile { .. } => "device-keys",
        ClientError::DamagedFile => "damaged-file",
        ClientError::NotEndToEnd => "not-end-to-end-encrypted",
        ClientError::InvalidLink => "invalid-link",
        _ => "unexpected-answer",
    }
}

/// The SDK passes on what the place for tokens says.
fn stored_code(error: &io::Error) -> &'static str {
    let state = error
        .get_ref()
        .and_then(|inner| inner.downcast_ref::<StateError>());
    state.map_or("local-io", StateError::code)
}

fn detail_of(problem: &Problem) -> String {
    let mut text = problem.detail.clone();
    for error in &problem.errors {
        text.push_str(&format!("; {}: {}", error.pointer, error.detail));
    }
    if let Some(wait) = problem.retry_after {
        text.push_str(&format!("; try again in {} s", wait.as_secs()));
    }
    if let Some(id) = &problem.request_id {
        text.push_str(&format!(" (request {id})"));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_keeps_the_servers_code_and_says_the_fields() {
        let problem: Problem = serde_json::from_value(json!({
            "status": 422, "code": "invalid-fields", "detail": "see errors", "request_id": "r-1",
            "errors": [{"pointer": "/title", "detail": "too long"}],
        }))
        .unwrap();
        let failure = Failure::from(ClientError::Refused(Box::new(problem)));
        assert_eq!(failure.code(), "invalid-fields");
        assert_eq!(
            failure.detail(),
            "see errors; /title: too long (request r-1)"
        );
    }

    #[test]
    fn what_the_place_for_tokens_says_comes_through_the_sdk() {
        let error = io::Error::other(StateError::NotLoggedIn {
            profile: "work".to_owned(),
        });
        let failure = Failure::from(ClientError::LocalFile(error));
        assert_eq!(failure.code(), "not-logged-in");
        let full = Failure::from(ClientError::LocalFile(io::ErrorKind::StorageFull.into()));
        assert_eq!(full.code(), "local-io");
    }
}
