use actix_web::{HttpResponse, post, web};
use sealpost_domain::Secret;
use sealpost_domain::accounts::{Email, Password};
use sealpost_domain::authentication::Origin;
use sealpost_domain::channels::ChannelLogIn;
use serde::Deserialize;
use utoipa::ToSchema;

use super::envelope::{Answer, Envelope, Said};
use super::errors::{Blocked, Refusal, Refusals};
use super::field;
use crate::Services;
use crate::extract::{Json, LoginOrigin};
use crate::openapi::CHANNEL;
use crate::problem::Problem;
use crate::settings::AUTH_JSON_LIMIT;

/// Who logs in.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = ChannelLoginUser)]
struct Request {
    /// The present session key, in clear; good once.
    #[serde(default, deserialize_with = "field::session_key")]
    #[schema(value_type = String, format = "password", example = "3vXw…")]
    session_key: Option<Secret<String>>,
    /// The mail address; encrypted.
    #[serde(default, deserialize_with = "field::sealed")]
    #[schema(value_type = String, example = "Zk9f…")]
    email: Option<String>,
    /// The password, or an app password for this dialect; encrypted.
    #[serde(default, deserialize_with = "field::sealed")]
    #[schema(value_type = String, example = "p0Qe…")]
    password: Option<String>,
}

/// Log in
///
/// Refused with `Email format not corrected`, `User is not found`, `Password is wrong`. An account whose second factor is on
/// is let in by an app password alone. After five wrong passwords this dialect checks no more until there is a new one.
#[utoipa::path(
    tag = CHANNEL,
    security(()),
    request_body = Request,
    responses((status = 200, body = Answer, description = "Logged in"), Blocked, Refusals),
)]
#[post("/login_user")]
pub(super) async fn channel_login_user(
    services: web::Data<Services>,
    LoginOrigin(origin): LoginOrigin,
    body: Json<Request, AUTH_JSON_LIMIT>,
) -> Result<HttpResponse, Problem> {
    let request = body.0;
    let envelope = Envelope::open(&services, request.session_key.as_ref()).await?;
    let outcome = log_in(&services, &envelope, &request, origin).await;
    Ok(envelope.answer(outcome))
}

async fn log_in(
    services: &Services,
    envelope: &Envelope,
    request: &Request,
    origin: Origin,
) -> Result<Said, Refusal> {
    let email = envelope.field("email", request.email.as_ref())?;
    let password = envelope.field("password", request.password.as_ref())?;
    let command = ChannelLogIn {
        email: Email::parse(email.expose()).map_err(|_| Refusal::EMAIL_FORMAT)?,
        password: Password::attempt(password.expose()),
        origin,
    };
    let exchange = envelope.exchange();
    services.channels.log_in(exchange, command).await?;
    Ok(Said::default())
}
