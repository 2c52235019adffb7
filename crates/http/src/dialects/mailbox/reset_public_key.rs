use actix_web::{route, web};
use sealpost_domain::Secret;
use sealpost_domain::accounts::Password;
use sealpost_domain::mailbox_keys::{KeyText, ResetMailboxKey};
use serde::Deserialize;
use utoipa::ToSchema;

use super::caller::Caller;
use super::errors::CookieRefusals;
use super::{OK, Refusals};
use crate::Services;
use crate::extract::Json;
use crate::openapi::MAILBOX;
use crate::problem::{FieldErrors, Problem};
use crate::settings::AUTH_JSON_LIMIT;
use crate::wire;

/// The key that others are to encrypt with from now on.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = MailboxResetPublicKey)]
struct Request {
    #[serde(deserialize_with = "wire::secret")]
    #[schema(value_type = String, format = "password", example = "password")]
    password: Secret<String>,
    /// Any text, up to 16 KiB.
    #[schema(example = "NEW_PUBLIC_KEY")]
    new_public_key: String,
}

/// Set another key
///
/// The change is written to the account's key history, and its contacts are told.
#[utoipa::path(
    tag = MAILBOX,
    security(("mailbox_session" = [])),
    request_body = Request,
    responses((status = 200, body = String, description = "`OK`"), CookieRefusals, Refusals),
)]
#[route("/reset_public_key", method = "GET", method = "POST")]
pub(super) async fn mailbox_reset_public_key(
    services: web::Data<Services>,
    Caller(actor): Caller,
    body: Json<Request, AUTH_JSON_LIMIT>,
) -> Result<&'static str, Problem> {
    let mut errors = FieldErrors::default();
    let key = errors.check("new_public_key", KeyText::parse(body.0.new_public_key));
    let Some(key) = key else {
        return Err(errors.into_problem());
    };
    let command = ResetMailboxKey {
        password: Password::attempt(body.0.password.expose()),
        key,
    };
    services
        .mailbox_keys
        .reset(&actor, &services.authentication, command)
        .await?;
    Ok(OK)
}
