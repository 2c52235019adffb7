use std::time::Duration;

use super::Dialect;
use crate::Timestamp;
use crate::accounts::AccountId;
use crate::ports::Digest;

define_id! {
    /// Names a session; access tokens carry it as `sid`.
    SessionId
}

/// A login: one row behind every token that came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Its id.
    pub id: SessionId,
    /// Who logged in.
    pub account: AccountId,
    /// Through which API.
    pub dialect: Dialect,
    /// When it was opened.
    pub created_at: Timestamp,
    /// When the password was last proved.
    pub authenticated_at: Timestamp,
    /// When it ends by itself.
    pub expires_at: Timestamp,
    /// SHA-256 of the refresh token that is good now.
    pub refresh_digest: Digest,
}

impl Session {
    /// How long an access token of the native API lives.
    pub const ACCESS_LIFETIME: Duration = Duration::from_secs(10 * 60);
    /// How long a session lives at most, however often it is refreshed.
    pub const LIFETIME: Duration = Duration::from_secs(30 * 24 * 60 * 60);
}
