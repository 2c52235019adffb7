use actix_web::{post, web};
use sealpost_domain::sessions::Dialect;
use serde::Serialize;
use utoipa::{IntoResponses, ToSchema};

use super::Refusals;
use super::auth::RefreshBearer;
use super::errors::refusals;
use crate::Services;
use crate::extract::ClientAddress;
use crate::limits::{Counted, Limits};
use crate::openapi::{MESSENGER, Responses};
use crate::problem::Problem;

/// A fresh access token.
#[derive(Serialize, ToSchema)]
#[schema(as = MessengerAccess)]
struct Answer {
    /// A JWT for `Authorization: Bearer`, good for 30 minutes.
    #[schema(example = "eyJ0eXAiOiJhdCtqd3QiLCJhbGciOiJFZERTQSJ9.…")]
    access_token: String,
}

/// What only this route answers.
struct Refused;

impl IntoResponses for Refused {
    fn responses() -> Responses {
        refusals(&[
            (
                401,
                "The refresh token is missing, expired, revoked or of another kind",
            ),
            (422, "The `Authorization` header is malformed"),
        ])
    }
}

/// Get a new access token
///
/// With the refresh token in `Authorization: Bearer`. It stays good until its session ends.
#[utoipa::path(
    tag = MESSENGER,
    security(("bearer" = [])),
    responses((status = 200, body = Answer, description = "The session goes on"), Refused, Refusals),
)]
#[post("/refresh_token/")]
pub(super) async fn messenger_refresh_token(
    services: web::Data<Services>,
    limits: web::Data<Limits>,
    address: ClientAddress,
    RefreshBearer(token): RefreshBearer,
) -> Result<web::Json<Answer>, Problem> {
    limits.count(Counted::Renew, address.limit_key())?;
    let renewed = services
        .sessions
        .renew(token.expose(), Dialect::Messenger)
        .await?;
    Ok(web::Json(Answer {
        access_token: renewed,
    }))
}
