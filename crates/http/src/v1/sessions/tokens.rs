use std::time::Duration;

use sealpost_domain::Timestamp;
use sealpost_domain::sessions::{OpenedSession, Session};
use serde::Serialize;
use utoipa::ToSchema;

use crate::v1::accounts::AccountBody;

/// A session and its tokens.
#[derive(Serialize, ToSchema)]
#[schema(as = OpenedSession)]
pub(in crate::v1) struct OpenedSessionBody {
    /// For `Authorization: Bearer`.
    #[schema(example = "eyJ0eXAiOiJhdCtqd3QiLCJhbGciOiJFZERTQSJ9.…")]
    access_token: String,
    /// Buys the next access token, once.
    #[schema(example = "spr_5f1d…")]
    refresh_token: String,
    /// Always `Bearer`.
    #[schema(value_type = String, example = "Bearer")]
    token_type: &'static str,
    /// Seconds for which the access token is good.
    #[schema(example = 600)]
    expires_in: u64,
    /// Names the session.
    #[schema(format = "uuid", example = "019aa6b0-7c3a-7d52-9a5e-0242ac120002")]
    session_id: String,
    account: AccountBody,
}

impl OpenedSessionBody {
    /// The tokens as they are at `now`, just after they were made.
    pub(in crate::v1) fn new(opened: &OpenedSession, now: Timestamp) -> Self {
        Self {
            access_token: opened.access_token.clone(),
            refresh_token: opened.refresh_token.expose().to_owned(),
            token_type: "Bearer",
            expires_in: access_lifetime(opened.session.expires_at, now).as_secs(),
            session_id: opened.session.id.to_string(),
            account: AccountBody::from(&opened.account),
        }
    }
}

/// An access token does not outlive its session.
fn access_lifetime(session_ends: Timestamp, now: Timestamp) -> Duration {
    Session::ACCESS_LIFETIME.min(session_ends.since(now))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_access_token_ends_with_the_session() {
        let end = Timestamp::from_seconds(10_000);
        for (before, lifetime) in [(601, 600), (600, 600), (7, 7), (0, 0)] {
            let now = end - Duration::from_secs(before);
            assert_eq!(access_lifetime(end, now), Duration::from_secs(lifetime));
        }
    }
}
