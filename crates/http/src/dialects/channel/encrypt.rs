use actix_web::{HttpResponse, post, web};
use sealpost_domain::Secret;
use sealpost_domain::accounts::Username;
use serde::Deserialize;
use utoipa::ToSchema;

use super::envelope::{Answer, Envelope, Said};
use super::errors::{Refusal, Refusals};
use super::field;
use crate::Services;
use crate::extract::Json;
use crate::limits::{Limits, Spent};
use crate::openapi::CHANNEL;
use crate::problem::Problem;

/// What is to be encrypted.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = ChannelEncrypt)]
struct Request {
    /// The present session key, in clear; good once.
    #[serde(default, deserialize_with = "field::session_key")]
    #[schema(value_type = String, format = "password", example = "3vXw…")]
    session_key: Option<Secret<String>>,
    /// If it is there, the same as in the path; encrypted.
    #[serde(default, deserialize_with = "field::sealed")]
    #[schema(value_type = Option<String>, example = "vQ2m…")]
    username: Option<String>,
    /// At most 64 KiB; encrypted.
    #[serde(default, deserialize_with = "field::sealed")]
    #[schema(value_type = String, example = "s7Lp…")]
    message: Option<String>,
}

/// Encrypt a message for somebody
///
/// `message` of the answer, once opened, is a JWE in compact serialization (RFC 7516; `RSA-OAEP-256`, `A256GCM`) for the key
/// that the server keeps for them. Refused with `No authorization`, `User is not found`, `Error server`.
#[utoipa::path(
    tag = CHANNEL,
    security(()),
    params(("username" = String, Path, description = "For whom")),
    request_body = Request,
    responses((status = 200, body = Answer, description = "Encrypted"), Refusals),
)]
#[post("/encrypt/{username}")]
pub(super) async fn channel_encrypt(
    services: web::Data<Services>,
    limits: web::Data<Limits>,
    username: web::Path<String>,
    body: Json<Request>,
) -> Result<HttpResponse, Problem> {
    let request = body.0;
    let envelope = Envelope::open(&services, request.session_key.as_ref()).await?;
    let outcome = encrypt((&services, &limits), &envelope, &request, &username).await;
    Ok(envelope.answer(outcome))
}

async fn encrypt(
    (services, limits): (&Services, &Limits),
    envelope: &Envelope,
    request: &Request,
    username: &str,
) -> Result<Said, Refusal> {
    let caller = envelope.caller()?;
    let message = envelope.field("message", request.message.as_ref())?;
    let repeated = envelope.optional_field("username", request.username.as_ref())?;
    if repeated.is_some_and(|repeated| repeated.expose() != username) {
        return Err(Refusal::BAD_REQUEST);
    }
    limits.spend(Spent::LookUp, caller.account())?;
    // Nobody can have a name that is no username.
    let username = Username::parse(username).ok();
    let exchange = envelope.exchange();
    let encrypted = services
        .channels
        .encrypt(exchange, username, &message)
        .await?;
    Ok(Said::message(Secret::new(encrypted)))
}
