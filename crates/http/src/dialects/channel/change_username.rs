use actix_web::{HttpResponse, post, web};
use sealpost_domain::Secret;
use sealpost_domain::accounts::{Password, Username};
use serde::Deserialize;
use utoipa::ToSchema;

use super::envelope::{Answer, Envelope, Said};
use super::errors::{Blocked, Refusal, Refusals};
use super::field;
use crate::Services;
use crate::extract::Json;
use crate::openapi::CHANNEL;
use crate::problem::Problem;
use crate::settings::AUTH_JSON_LIMIT;

/// The new name.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = ChannelChangeUsername)]
struct Request {
    /// The present session key, in clear; good once.
    #[serde(default, deserialize_with = "field::session_key")]
    #[schema(value_type = String, format = "password", example = "3vXw…")]
    session_key: Option<Secret<String>>,
    /// 1 to 32 characters, no white space, no `@`; encrypted.
    #[serde(default, deserialize_with = "field::sealed")]
    #[schema(value_type = String, example = "vQ2m…")]
    new_username: Option<String>,
    /// The account's password; encrypted.
    #[serde(default, deserialize_with = "field::sealed")]
    #[schema(value_type = String, example = "p0Qe…")]
    password: Option<String>,
}

/// Take another username
///
/// Refused with `No authorization`, `Username format not corrected`, `Username is busy`, `Password is wrong`.
#[utoipa::path(
    tag = CHANNEL,
    security(()),
    request_body = Request,
    responses((status = 200, body = Answer, description = "Renamed"), Blocked, Refusals),
)]
#[post("/change_username")]
pub(super) async fn channel_change_username(
    services: web::Data<Services>,
    body: Json<Request, AUTH_JSON_LIMIT>,
) -> Result<HttpResponse, Problem> {
    let request = body.0;
    let envelope = Envelope::open(&services, request.session_key.as_ref()).await?;
    let outcome = change(&services, &envelope, &request).await;
    Ok(envelope.answer(outcome))
}

async fn change(
    services: &Services,
    envelope: &Envelope,
    request: &Request,
) -> Result<Said, Refusal> {
    envelope.caller()?;
    let username = envelope.field("new_username", request.new_username.as_ref())?;
    let password = envelope.field("password", request.password.as_ref())?;
    let username = Username::parse(username.expose()).map_err(|_| Refusal::USERNAME_FORMAT)?;
    let password = Password::attempt(password.expose());
    services
        .channels
        .change_username(envelope.exchange(), username, password)
        .await?;
    Ok(Said::default())
}
