use actix_web::{post, web};
use sealpost_domain::Secret;
use sealpost_domain::sessions::{InvalidRefreshToken, RefreshError, RefreshToken};
use serde::Deserialize;
use utoipa::{IntoResponses, ToSchema};

use super::tokens::OpenedSessionBody;
use crate::Services;
use crate::extract::Json;
use crate::openapi::{BodyProblems, CommonProblems, Responses, SESSIONS, problems};
use crate::problem::Problem;
use crate::settings::AUTH_JSON_LIMIT;
use crate::wire;

/// The token to exchange.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Refresh {
    /// The last one that was given for this session.
    #[serde(deserialize_with = "wire::secret")]
    #[schema(value_type = String, format = "password", example = "spr_5f1d…")]
    refresh_token: Secret<String>,
}

impl TryFrom<Refresh> for RefreshToken {
    type Error = RefreshError;

    /// What is no token is told like a token that nobody has.
    fn try_from(refresh: Refresh) -> Result<Self, RefreshError> {
        Self::parse(refresh.refresh_token.expose())
            .map_err(|InvalidRefreshToken| RefreshError::Invalid)
    }
}

/// What only this route answers.
struct Refusals;

impl IntoResponses for Refusals {
    fn responses() -> Responses {
        problems(&[(
            401,
            "invalid-refresh-token",
            "`invalid-refresh-token`, `refresh-token-reused`",
        )])
    }
}

/// Exchange a refresh token for new tokens
///
/// The token is spent by it, and the answer has its successor. An answer that was lost can be asked for again within
/// ten seconds: it has the same successor. A token that comes back later is in two hands: the session is ended and
/// the answer is 401 `refresh-token-reused`.
#[utoipa::path(
    tag = SESSIONS,
    security(()),
    request_body = Refresh,
    responses(
        (status = 200, body = OpenedSessionBody, description = "The session goes on"),
        Refusals,
        BodyProblems,
        CommonProblems,
    ),
)]
#[post("/sessions/refresh")]
pub(crate) async fn refresh_session(
    services: web::Data<Services>,
    body: Json<Refresh, AUTH_JSON_LIMIT>,
) -> Result<web::Json<OpenedSessionBody>, Problem> {
    let token = body.0.try_into()?;
    let opened = services.sessions.refresh(&token).await?;
    Ok(web::Json(OpenedSessionBody::new(
        &opened,
        services.clock.now(),
    )))
}
