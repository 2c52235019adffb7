//! What travels over the admin channel: one request in a line of JSON, one answer in a line of JSON. The answers are also
//! what the commands print with `--json`, so their shapes are documented (`docs/operations/admin.md`) and stable.

mod answers;
mod keys;

use std::time::Duration;

use sealpost_domain::{DomainError, ErrorKind, Secret};
use serde::{Deserialize, Serialize};

pub(crate) use answers::{
    Damaged, Deleted, Disabled, FactorsReset, Invite, InviteDetails, InviteUse, Mail, MailQueued,
    NewInvite, Page, Quota, Session, SessionsEnded, Time, User, UserDetails, Verified,
};
use answers::{expose, hide};
pub(crate) use keys::{Key, KeyProgress, KeyRows, KeyStatus, MasterKey};

/// The version of the protocol. The program on both ends is the same binary; one that was replaced under a running server
/// must not be misunderstood.
pub(crate) const VERSION: u32 = 1;

/// A request with its version.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Asked {
    pub(crate) version: u32,
    pub(crate) request: Request,
}

/// What an operator can ask for.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "command", deny_unknown_fields)]
pub(crate) enum Request {
    #[serde(rename = "user.list")]
    ListUsers { after: Option<String>, limit: u32 },
    #[serde(rename = "user.show")]
    ShowUser { username: String },
    #[serde(rename = "user.create")]
    CreateUser {
        username: String,
        #[serde(serialize_with = "expose", deserialize_with = "hide")]
        password: Secret<String>,
        email: Option<String>,
    },
    #[serde(rename = "user.disable")]
    DisableUser { username: String },
    #[serde(rename = "user.enable")]
    EnableUser { username: String },
    #[serde(rename = "user.reset-factors")]
    ResetFactors { username: String },
    #[serde(rename = "user.delete")]
    DeleteUser { username: String },
    #[serde(rename = "user.quota")]
    Quota {
        username: String,
        quota: Option<String>,
    },
    #[serde(rename = "blobs.verify")]
    VerifyBlobs {
        after: Option<String>,
        bytes_per_second: Option<u64>,
    },
    #[serde(rename = "session.list")]
    ListSessions { username: String },
    #[serde(rename = "session.revoke")]
    RevokeSession { id: String },
    #[serde(rename = "session.revoke-all")]
    RevokeSessions { username: String },
    #[serde(rename = "invite.create")]
    CreateInvite { uses: u32, lifetime_seconds: u64 },
    #[serde(rename = "invite.list")]
    ListInvites { before: Option<String>, limit: u32 },
    #[serde(rename = "invite.show")]
    ShowInvite { id: String },
    #[serde(rename = "invite.revoke")]
    RevokeInvite { id: String },
    #[serde(rename = "mail.list")]
    ListMail { before: Option<String>, limit: u32 },
    #[serde(rename = "mail.retry")]
    RetryMail { id: String },
    #[serde(rename = "mail.send-test")]
    SendTestMail { address: String },
    #[serde(rename = "keys.new")]
    NewKey,
    #[serde(rename = "keys.rotate")]
    RotateKeys { alone: bool },
    #[serde(rename = "keys.progress")]
    KeyProgress,
    #[serde(rename = "keys.status")]
    KeyStatus,
    #[serde(rename = "keys.destroy")]
    DestroyKey { id: String, now: bool },
}

impl Request {
    /// What is asked for, for the log.
    pub(crate) const fn name(&self) -> &'static str {
        match self {
            Self::ListUsers { .. } => "user.list",
            Self::ShowUser { .. } => "user.show",
            Self::CreateUser { .. } => "user.create",
            Self::DisableUser { .. } => "user.disable",
            Self::EnableUser { .. } => "user.enable",
            Self::ResetFactors { .. } => "user.reset-factors",
            Self::DeleteUser { .. } => "user.delete",
            Self::Quota { .. } => "user.quota",
            Self::VerifyBlobs { .. } => "blobs.verify",
            Self::ListSessions { .. } => "session.list",
            Self::RevokeSession { .. } => "session.revoke",
            Self::RevokeSessions { .. } => "session.revoke-all",
            Self::CreateInvite { .. } => "invite.create",
            Self::ListInvites { .. } => "invite.list",
            Self::ShowInvite { .. } => "invite.show",
            Self::RevokeInvite { .. } => "invite.revoke",
            Self::ListMail { .. } => "mail.list",
            Self::RetryMail { .. } => "mail.retry",
            Self::SendTestMail { .. } => "mail.send-test",
            Self::NewKey => "keys.new",
            Self::RotateKeys { .. } => "keys.rotate",
            Self::KeyProgress => "keys.progress",
            Self::KeyStatus => "keys.status",
            Self::DestroyKey { .. } => "keys.destroy",
        }
    }
}

impl Request {
    /// How long the answer may take. Hashing a password may have to wait for others; a large file takes long to read.
    pub(crate) const fn patience(&self) -> Duration {
        match self {
            Self::VerifyBlobs { .. } => Duration::from_secs(24 * 60 * 60),
            _ => Duration::from_secs(60),
        }
    }
}

/// An answer with its version.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Answered {
    pub(crate) version: u32,
    #[serde(flatten)]
    pub(crate) outcome: Outcome,
}

/// An answer or a refusal.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Outcome {
    Answer(Answer),
    Error(Refusal),
}

/// What came of a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "body", rename_all = "snake_case")]
pub(crate) enum Answer {
    Users(Page<User>),
    User(User),
    UserDetails(UserDetails),
    Disabled(Disabled),
    FactorsReset(FactorsReset),
    Deleted(Deleted),
    Quota(Quota),
    Verified(Verified),
    Sessions(Page<Session>),
    SessionsEnded(SessionsEnded),
    Invite(Invite),
    NewInvite(NewInvite),
    Invites(Page<Invite>),
    InviteDetails(InviteDetails),
    Mails(Page<Mail>),
    MailQueued(MailQueued),
    Key(Key),
    KeyProgress(KeyProgress),
    KeyStatus(KeyStatus),
}

/// Why a request was not carried out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{detail}")]
pub(crate) struct Refusal {
    /// A stable slug.
    pub(crate) code: String,
    /// The same for people.
    pub(crate) detail: String,
}

impl Refusal {
    pub(crate) fn new(code: &str, detail: impl Into<String>) -> Self {
        Self {
            code: code.to_owned(),
            detail: detail.into(),
        }
    }
}

impl<E: DomainError> From<E> for Refusal {
    fn from(error: E) -> Self {
        if error.kind() == ErrorKind::Internal {
            tracing::error!(code = error.code(), %error, "an admin command failed");
        }
        Self::new(error.code(), error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_has_one_form_and_no_unknown_fields() {
        let asked = Asked {
            version: VERSION,
            request: Request::ShowUser {
                username: "alice".to_owned(),
            },
        };
        let text = serde_json::to_string(&asked).unwrap();
        assert_eq!(
            text,
            r#"{"version":1,"request":{"command":"user.show","username":"alice"}}"#
        );
        for wrong in [
            r#"{"version":1,"request":{"command":"user.show","username":"alice","as":"bob"}}"#,
            r#"{"version":1,"request":{"command":"user.own","username":"alice"}}"#,
            r#"{"request":{"command":"user.show","username":"alice"}}"#,
        ] {
            assert!(serde_json::from_str::<Asked>(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn an_answer_and_a_refusal_come_back_as_they_went() {
        let refused = Answered {
            version: VERSION,
            outcome: Outcome::Error(Refusal::new("unknown-user", "nobody")),
        };
        let text = serde_json::to_string(&refused).unwrap();
        assert_eq!(
            text,
            r#"{"version":1,"error":{"code":"unknown-user","detail":"nobody"}}"#
        );
        let ended = Answer::SessionsEnded(SessionsEnded { sessions_ended: 3 });
        let text = serde_json::to_string(&Answered {
            version: VERSION,
            outcome: Outcome::Answer(ended.clone()),
        });
        let read: Answered = serde_json::from_str(&text.unwrap()).unwrap();
        assert!(matches!(read.outcome, Outcome::Answer(answer) if answer == ended));
    }

    #[test]
    fn a_password_is_in_no_debug_output() {
        let request = Request::CreateUser {
            username: "alice".to_owned(),
            password: Secret::new("canary".to_owned()),
            email: None,
        };
        assert!(!format!("{request:?}").contains("canary"));
    }
}
