use actix_web::{HttpResponse, post, web};
use sealpost_domain::Secret;
use serde::Deserialize;
use utoipa::ToSchema;

use super::envelope::{Answer, Envelope, Said};
use super::errors::{Refusal, Refusals};
use super::field;
use crate::Services;
use crate::extract::Json;
use crate::openapi::CHANNEL;
use crate::problem::Problem;
use crate::settings::AUTH_JSON_LIMIT;

/// The code from the mail.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = ChannelConfirmForgotPassword)]
struct Request {
    /// The present session key, in clear; good once.
    #[serde(default, deserialize_with = "field::session_key")]
    #[schema(value_type = String, format = "password", example = "3vXw…")]
    session_key: Option<Secret<String>>,
    /// Six letters and digits; encrypted.
    #[serde(default, deserialize_with = "field::sealed")]
    #[schema(value_type = String, example = "c1Rd…")]
    code: Option<String>,
}

/// Give the code
///
/// Refused with `Invalid session` if no code was asked for in this session, and with `Invalid code`.
#[utoipa::path(
    tag = CHANNEL,
    security(()),
    request_body = Request,
    responses((status = 200, body = Answer, description = "The code was right: set a new password within ten minutes"), Refusals),
)]
#[post("/confirm_forgot_password")]
pub(super) async fn channel_confirm_forgot_password(
    services: web::Data<Services>,
    body: Json<Request, AUTH_JSON_LIMIT>,
) -> Result<HttpResponse, Problem> {
    let request = body.0;
    let envelope = Envelope::open(&services, request.session_key.as_ref()).await?;
    let outcome = confirm(&services, &envelope, &request).await;
    Ok(envelope.answer(outcome))
}

async fn confirm(
    services: &Services,
    envelope: &Envelope,
    request: &Request,
) -> Result<Said, Refusal> {
    let code = envelope.field("code", request.code.as_ref())?;
    let exchange = envelope.exchange();
    services.channels.confirm_recovery(exchange, &code).await?;
    Ok(Said::default())
}
