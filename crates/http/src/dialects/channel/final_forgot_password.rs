use actix_web::{HttpResponse, post, web};
use sealpost_domain::Secret;
use sealpost_domain::channels::FinishRecovery;
use sealpost_domain::factors::FactorCode;
use serde::Deserialize;
use utoipa::ToSchema;

use super::envelope::{Answer, Envelope, Said};
use super::errors::{Refusal, Refusals};
use super::{field, values};
use crate::Services;
use crate::extract::Json;
use crate::openapi::CHANNEL;
use crate::problem::Problem;
use crate::settings::AUTH_JSON_LIMIT;

/// The new password.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = ChannelFinalForgotPassword)]
struct Request {
    /// The present session key, in clear; good once.
    #[serde(default, deserialize_with = "field::session_key")]
    #[schema(value_type = String, format = "password", example = "3vXw…")]
    session_key: Option<Secret<String>>,
    /// 8 to 128 characters, among them a lower-case and an upper-case letter, a digit and one of `@$!%*?&_`; encrypted.
    #[serde(default, deserialize_with = "field::sealed")]
    #[schema(value_type = String, example = "Xw3r…")]
    new_password: Option<String>,
    /// A code of the authenticator app, or a recovery code, where an authenticator app is on; encrypted.
    #[serde(default, deserialize_with = "field::sealed")]
    #[schema(value_type = Option<String>, example = "o5Tn…")]
    otp: Option<String>,
    /// The recovery key of the account's custodial key, where its owner has one: then what was encrypted before stays
    /// readable; encrypted.
    #[serde(default, deserialize_with = "field::sealed")]
    #[schema(value_type = Option<String>, example = "h1Zc…")]
    recovery_key: Option<String>,
}

/// Set the new password
///
/// Nobody is logged in by it; whoever was logged in to the account is logged out. Where the server kept a key for the account,
/// there is another now, unless `recovery_key` is given: `key_replaced` is true, and what was encrypted before stays closed. Refused with `Invalid session`
/// if no code was given in this session, and with `Password format not corrected`.
#[utoipa::path(
    tag = CHANNEL,
    security(()),
    request_body = Request,
    responses((status = 200, body = Answer, description = "The new password counts: log in with it"), Refusals),
)]
#[post("/final_forgot_password")]
pub(super) async fn channel_final_forgot_password(
    services: web::Data<Services>,
    body: Json<Request, AUTH_JSON_LIMIT>,
) -> Result<HttpResponse, Problem> {
    let request = body.0;
    let envelope = Envelope::open(&services, request.session_key.as_ref()).await?;
    let outcome = finish(&services, &envelope, &request).await;
    Ok(envelope.answer(outcome))
}

async fn finish(
    services: &Services,
    envelope: &Envelope,
    request: &Request,
) -> Result<Said, Refusal> {
    let new = envelope.field("new_password", request.new_password.as_ref())?;
    let otp = envelope.optional_field("otp", request.otp.as_ref())?;
    let recovery_key = envelope.optional_field("recovery_key", request.recovery_key.as_ref())?;
    let command = FinishRecovery {
        new_password: values::new_password(new.expose())?,
        factor: otp.map(|otp| FactorCode::attempt(otp.expose())),
        recovery_key,
    };
    let exchange = envelope.exchange();
    let finished = services.channels.finish_recovery(exchange, command).await?;
    Ok(Said {
        key_replaced: finished.key_replaced,
        ..Said::default()
    })
}
