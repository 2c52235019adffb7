use sealpost_domain::accounts::AccountId;
use sealpost_domain::sessions::SessionId;
use sealpost_domain::{Secret, Timestamp};
use serde::Deserialize;

use super::parse;

/// One's own account.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Account {
    /// Names the account for ever.
    #[serde(deserialize_with = "parse::parsed")]
    pub id: AccountId,
    /// As its owner wrote it.
    pub username: String,
    /// The mail address, if there is one.
    pub email: Option<String>,
    /// When it was made.
    #[serde(deserialize_with = "parse::parsed")]
    pub created_at: Timestamp,
}

/// An account as others see it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct User {
    /// Names the account for ever.
    #[serde(deserialize_with = "parse::parsed")]
    pub id: AccountId,
    /// As its owner wrote it.
    pub username: String,
}

/// A session and its tokens.
#[derive(Debug, Deserialize)]
pub(crate) struct OpenedSession {
    #[serde(deserialize_with = "parse::secret")]
    pub(crate) access_token: Secret<String>,
    #[serde(deserialize_with = "parse::secret")]
    pub(crate) refresh_token: Secret<String>,
    /// In seconds.
    pub(crate) expires_in: u64,
    #[serde(deserialize_with = "parse::parsed")]
    pub(crate) session_id: SessionId,
}
