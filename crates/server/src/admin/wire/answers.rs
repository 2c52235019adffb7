//! What the answers say.

use sealpost_domain::{Secret, Timestamp};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

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

/// What an account stores and may store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Quota {
    pub(crate) id: String,
    pub(crate) username: String,
    /// In bytes.
    pub(crate) used: u64,
    /// In bytes; null if there is no limit.
    pub(crate) quota: Option<u64>,
    /// Whether it is what everybody may store.
    pub(crate) is_default: bool,
}

/// Files that were read again.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Verified {
    pub(crate) files: u64,
    pub(crate) bytes: u64,
    pub(crate) damaged: Vec<Damaged>,
    /// Where to go on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) next: Option<String>,
}

/// A file that is not as it was stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Damaged {
    pub(crate) id: String,
    /// The account's id.
    pub(crate) owner: String,
    pub(crate) username: String,
    /// The name of its blob.
    pub(crate) blob: String,
    /// `missing`, `wrong-length`, `chunk-does-not-open`, `wrong-digest` or `key-does-not-open`.
    pub(crate) damage: String,
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

pub(super) fn expose<S: Serializer>(
    secret: &Secret<String>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(secret.expose())
}

pub(super) fn hide<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Secret<String>, D::Error> {
    String::deserialize(deserializer).map(Secret::new)
}
