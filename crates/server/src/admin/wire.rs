//! What travels over the admin channel: one request in a line of JSON, one answer in a line of JSON. The answers are also
//! what the commands print with `--json`, so their shapes are documented (`docs/operations/admin.md`) and stable.

use sealpost_domain::{DomainError, ErrorKind, Secret, Timestamp};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

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
    Sessions(Page<Session>),
    SessionsEnded(SessionsEnded),
    Invite(Invite),
    NewInvite(NewInvite),
    Invites(Page<Invite>),
    InviteDetails(InviteDetails),
    Mails(Page<Mail>),
    MailQueued(MailQueued),
}

/// A stretch of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Page<T> {
    pub(crate) data: Vec<T>,
    /// Where to read on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) next: Option<String>,
}

/// An account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct User {
    pub(crate) id: String,
    pub(crate) username: String,
    pub(crate) email: Option<String>,
    pub(crate) email_verified_at: Option<Time>,
    pub(crate) disabled_at: Option<Time>,
    pub(crate) created_at: Time,
}

/// An account and what goes with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct UserDetails {
    #[serde(flatten)]
    pub(crate) user: User,
    /// How many sessions it has.
    pub(crate) sessions: usize,
    /// The second factors it has switched on: `totp`, `email-code`, `recovery-code`.
    pub(crate) second_factors: Vec<String>,
}

/// An account that nobody can log in to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Disabled {
    #[serde(flatten)]
    pub(crate) user: User,
    /// How many sessions were ended.
    pub(crate) sessions_ended: usize,
}

/// An account without second factors.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FactorsReset {
    #[serde(flatten)]
    pub(crate) user: User,
    /// Whether one was on.
    pub(crate) factors_reset: bool,
}

/// An account that was there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Deleted {
    pub(crate) id: String,
    pub(crate) username: String,
    /// How many sessions were ended.
    pub(crate) sessions_ended: usize,
}

/// A session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Session {
    pub(crate) id: String,
    pub(crate) dialect: String,
    pub(crate) client: Option<String>,
    pub(crate) created_at: Time,
    pub(crate) expires_at: Time,
}

/// Sessions that are no more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SessionsEnded {
    pub(crate) sessions_ended: usize,
}

/// An invite.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Invite {
    pub(crate) id: String,
    /// `good`, `used-up`, `expired` or `revoked`.
    pub(crate) state: String,
    pub(crate) uses: u32,
    pub(crate) used: u32,
    /// The user id, at the operating system, of who made it.
    pub(crate) made_by: u32,
    pub(crate) created_at: Time,
    pub(crate) expires_at: Time,
    pub(crate) revoked_at: Option<Time>,
}

/// An invite that was just made: the only time its code is seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct NewInvite {
    #[serde(serialize_with = "expose", deserialize_with = "hide")]
    pub(crate) code: Secret<String>,
    #[serde(flatten)]
    pub(crate) invite: Invite,
}

/// An invite and the accounts it made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct InviteDetails {
    #[serde(flatten)]
    pub(crate) invite: Invite,
    pub(crate) accounts: Vec<InviteUse>,
}

/// An account that an invite made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct InviteUse {
    pub(crate) id: String,
    pub(crate) username: String,
    pub(crate) used_at: Time,
}

/// A mail that was not sent yet, or given up. Neither its address nor what it says is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Mail {
    pub(crate) id: String,
    pub(crate) template: String,
    /// `waiting`, `leased` (being sent) or `dead`.
    pub(crate) state: String,
    pub(crate) attempts: u32,
    pub(crate) created_at: Time,
    /// It is not sent at this moment or later.
    pub(crate) not_after: Time,
    pub(crate) next_at: Option<Time>,
    pub(crate) died_at: Option<Time>,
    /// Why the last try failed.
    pub(crate) reason: Option<String>,
}

/// A mail that is tried at once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct MailQueued {
    pub(crate) id: String,
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

/// A moment: RFC 3339 in UTC, with milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Time(pub(crate) Timestamp);

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map(Self).map_err(serde::de::Error::custom)
    }
}

fn expose<S: Serializer>(secret: &Secret<String>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(secret.expose())
}

fn hide<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Secret<String>, D::Error> {
    String::deserialize(deserializer).map(Secret::new)
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
