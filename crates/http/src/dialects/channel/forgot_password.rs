use actix_web::{HttpResponse, post, web};
use sealpost_domain::Secret;
use sealpost_domain::accounts::Email;
use sealpost_domain::channels::ForgetPassword;
use serde::Deserialize;
use utoipa::ToSchema;

use super::envelope::{Answer, Envelope, Said};
use super::errors::{Refusal, Refusals};
use super::field;
use crate::Services;
use crate::extract::{ClientAddress, Json};
use crate::openapi::CHANNEL;
use crate::problem::Problem;
use crate::settings::AUTH_JSON_LIMIT;

/// Whose password is forgotten.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = ChannelForgotPassword)]
struct Request {
    /// The present session key, in clear; good once.
    #[serde(default, deserialize_with = "field::session_key")]
    #[schema(value_type = String, format = "password", example = "3vXw…")]
    session_key: Option<Secret<String>>,
    /// The mail address; encrypted.
    #[serde(default, deserialize_with = "field::sealed")]
    #[schema(value_type = String, example = "Zk9f…")]
    email: Option<String>,
}

/// Have a code mailed
///
/// Six letters and digits, good for five minutes and three tries, in this session alone. 200 whether or not somebody has the
/// address, unless the operator lets it be told (`Email not found!`). Refused with `Email format not corrected`.
#[utoipa::path(
    tag = CHANNEL,
    security(()),
    request_body = Request,
    responses((status = 200, body = Answer, description = "If somebody has this address, a code is on its way"), Refusals),
)]
#[post("/forgot_password")]
pub(super) async fn channel_forgot_password(
    services: web::Data<Services>,
    address: ClientAddress,
    body: Json<Request, AUTH_JSON_LIMIT>,
) -> Result<HttpResponse, Problem> {
    let request = body.0;
    let envelope = Envelope::open(&services, request.session_key.as_ref()).await?;
    let outcome = forget(&services, &envelope, &request, address).await;
    Ok(envelope.answer(outcome))
}

async fn forget(
    services: &Services,
    envelope: &Envelope,
    request: &Request,
    address: ClientAddress,
) -> Result<Said, Refusal> {
    let email = envelope.field("email", request.email.as_ref())?;
    let command = ForgetPassword {
        email: Email::parse(email.expose()).map_err(|_| Refusal::EMAIL_FORMAT)?,
        address: address.limit_key(),
    };
    let exchange = envelope.exchange();
    services.channels.forget_password(exchange, command).await?;
    Ok(Said::default())
}
