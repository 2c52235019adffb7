use sealpost_domain::sessions::OpenedSession;
use serde::Serialize;
use utoipa::ToSchema;

/// Somebody is logged in.
#[derive(Serialize, ToSchema)]
#[schema(as = SocialTokens)]
pub(super) struct Tokens {
    /// A JWT for `Authorization: Bearer`, good for an hour.
    #[schema(example = "eyJ0eXAiOiJhdCtqd3QiLCJhbGciOiJFZERTQSJ9.…")]
    access_token: String,
    /// A JWT, good for a day and for one exchange.
    #[schema(example = "eyJ0eXAiOiJydCtqd3QiLCJhbGciOiJFZERTQSJ9.…")]
    refresh_token: String,
    /// For `Authorization: Token`, good until you log out, 30 days at most.
    #[schema(example = "7faff8fe07ef93d56b99a6c7f9e94bfc07d2d3eb")]
    token_auth: String,
}

impl From<&OpenedSession> for Tokens {
    fn from(opened: &OpenedSession) -> Self {
        let token = opened.opaque_token.as_ref();
        Self {
            access_token: opened.access_token.clone(),
            refresh_token: opened.refresh_token.expose().to_owned(),
            token_auth: token.map_or_else(String::new, |token| token.expose().to_owned()),
        }
    }
}

/// New tokens of the same login.
#[derive(Serialize, ToSchema)]
#[schema(as = SocialRefreshed)]
pub(super) struct Refreshed {
    /// A JWT for `Authorization: Bearer`, good for an hour.
    #[schema(example = "eyJ0eXAiOiJhdCtqd3QiLCJhbGciOiJFZERTQSJ9.…")]
    access_token: String,
    /// A JWT, good for a day and for one exchange.
    #[schema(example = "eyJ0eXAiOiJydCtqd3QiLCJhbGciOiJFZERTQSJ9.…")]
    refresh_token: String,
}

impl From<&OpenedSession> for Refreshed {
    fn from(opened: &OpenedSession) -> Self {
        Self {
            access_token: opened.access_token.clone(),
            refresh_token: opened.refresh_token.expose().to_owned(),
        }
    }
}
