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

/// What is to be decrypted.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = ChannelDecrypt)]
struct Request {
    /// The present session key, in clear; good once.
    #[serde(default, deserialize_with = "field::session_key")]
    #[schema(value_type = String, format = "password", example = "3vXw…")]
    session_key: Option<Secret<String>>,
    /// What `/encrypt` gave; encrypted.
    #[serde(default, deserialize_with = "field::sealed")]
    #[schema(value_type = String, example = "s7Lp…")]
    message: Option<String>,
}

/// Decrypt a message
///
/// Refused with `No authorization` if nobody is logged in, and for whatever was not encrypted for the caller. At most 60 a
/// minute.
#[utoipa::path(
    tag = CHANNEL,
    security(()),
    request_body = Request,
    responses((status = 200, body = Answer, description = "Decrypted"), Refusals),
)]
#[post("/decrypt")]
pub(super) async fn channel_decrypt(
    services: web::Data<Services>,
    body: Json<Request>,
) -> Result<HttpResponse, Problem> {
    let request = body.0;
    let envelope = Envelope::open(&services, request.session_key.as_ref()).await?;
    let outcome = decrypt(&services, &envelope, &request).await;
    Ok(envelope.answer(outcome))
}

async fn decrypt(
    services: &Services,
    envelope: &Envelope,
    request: &Request,
) -> Result<Said, Refusal> {
    envelope.caller()?;
    let message = envelope.field("message", request.message.as_ref())?;
    let exchange = envelope.exchange();
    let decrypted = services
        .channels
        .decrypt(exchange, message.expose())
        .await?;
    Ok(Said::message(decrypted))
}
