use std::time::Duration;

use super::Dialect;
use crate::Timestamp;
use crate::accounts::AccountId;
use crate::app_passwords::AppPasswordId;

define_id! {
    /// Names a session; access tokens carry it as `sid`.
    SessionId
}

/// A login that has not ended: one row behind every token that came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Its id.
    pub id: SessionId,
    /// Who logged in.
    pub account: AccountId,
    /// Through which API.
    pub dialect: Dialect,
    /// What the client calls itself (its `User-Agent`), for people who look at their sessions; at most
    /// [`Session::MAX_CLIENT_CHARS`] characters.
    pub client: Option<String>,
    /// When it was opened.
    pub created_at: Timestamp,
    /// When the password was last proved. The epoch if an app password opened the session: that proves nothing that a
    /// step-up wants, so none is ever satisfied.
    pub authenticated_at: Timestamp,
    /// The app password that opened it, if one did; revoking that one ends it.
    pub app_password: Option<AppPasswordId>,
    /// When it ends by itself.
    pub expires_at: Timestamp,
}

impl Session {
    /// How long an access token of the native API lives.
    pub const ACCESS_LIFETIME: Duration = Duration::from_secs(10 * 60);
    /// How long a session lives at most, however often it is refreshed.
    pub const LIFETIME: Duration = Duration::from_secs(30 * 24 * 60 * 60);
    /// How long after a login the account may do what needs a fresh proof (RFC 9470).
    pub const STEP_UP_WINDOW: Duration = Duration::from_secs(15 * 60);
    /// The longest client name that is kept.
    pub const MAX_CLIENT_CHARS: usize = 120;
    /// How many sessions one account can have; opening a further one ends the oldest.
    pub const MAX_PER_ACCOUNT: u32 = 100;
}

/// A session that was ended before its time: its tokens are refused until they would have expired anyhow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EndedSession {
    /// Which.
    pub id: SessionId,
    /// When it was ended.
    pub ended_at: Timestamp,
    /// From when on no token of it can be alive.
    pub forget_at: Timestamp,
}
