use sealpost_domain::sessions::OpenedSession;
use serde::Serialize;
use utoipa::ToSchema;

/// Somebody is logged in.
#[derive(Serialize, ToSchema)]
#[schema(as = MessengerTokens)]
pub(super) struct Tokens {
    /// For people.
    #[schema(example = "Logged in as your_username.")]
    msg: String,
    /// A JWT for `Authorization: Bearer`, good for 30 minutes.
    #[schema(example = "eyJ0eXAiOiJhdCtqd3QiLCJhbGciOiJFZERTQSJ9.…")]
    access_token: String,
    /// A JWT, good for 30 days.
    #[schema(example = "eyJ0eXAiOiJydCtqd3QiLCJhbGciOiJFZERTQSJ9.…")]
    refresh_token: String,
}

impl Tokens {
    pub(super) fn new(msg: String, opened: &OpenedSession) -> Self {
        Self {
            msg,
            access_token: opened.access_token.clone(),
            refresh_token: opened.refresh_token.expose().to_owned(),
        }
    }
}
