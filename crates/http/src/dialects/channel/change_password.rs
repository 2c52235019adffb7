use actix_web::{HttpResponse, post, web};
use sealpost_domain::Secret;
use sealpost_domain::accounts::{ChangePassword, Password};
use serde::Deserialize;
use utoipa::ToSchema;

use super::envelope::{Answer, Envelope, Said};
use super::errors::{Blocked, Refusal, Refusals, Unauthorized};
use super::{field, values};
use crate::Services;
use crate::extract::Json;
use crate::openapi::CHANNEL;
use crate::problem::Problem;
use crate::settings::AUTH_JSON_LIMIT;

/// The present password and the new one.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = ChannelChangePassword)]
struct Request {
    /// The present session key, in clear; good once.
    #[serde(default, deserialize_with = "field::session_key")]
    #[schema(value_type = String, format = "password", example = "3vXw…")]
    session_key: Option<Secret<String>>,
    /// The present one; encrypted.
    #[serde(default, deserialize_with = "field::sealed")]
    #[schema(value_type = String, example = "p0Qe…")]
    password: Option<String>,
    /// 8 to 128 characters, among them a lower-case and an upper-case letter, a digit and one of `@$!%*?&_`; encrypted.
    #[serde(default, deserialize_with = "field::sealed")]
    #[schema(value_type = String, example = "Xw3r…")]
    new_password: Option<String>,
}

/// Set a new password
///
/// This session stays logged in, and what was encrypted for the account still opens; everything else that opened the account
/// ends. Refused with `Password format not corrected`, `Password is wrong`.
#[utoipa::path(
    tag = CHANNEL,
    security(()),
    request_body = Request,
    responses((status = 200, body = Answer, description = "The new password counts"), Blocked, Unauthorized, Refusals),
)]
#[post("/change_password")]
pub(super) async fn channel_change_password(
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
    envelope.caller().map_err(|_| Refusal::unauthorized())?;
    let password = envelope.field("password", request.password.as_ref())?;
    let new = envelope.field("new_password", request.new_password.as_ref())?;
    let command = ChangePassword {
        current: Some(Password::attempt(password.expose())),
        new: values::new_password(new.expose())?,
    };
    let exchange = envelope.exchange();
    services.channels.change_password(exchange, command).await?;
    Ok(Said::default())
}
