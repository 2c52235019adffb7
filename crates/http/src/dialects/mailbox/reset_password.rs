use actix_web::{route, web};
use sealpost_domain::Secret;
use sealpost_domain::accounts::{ChangePassword, Password};
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

/// The password, and the one to take its place.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = MailboxResetPassword)]
struct Request {
    #[serde(deserialize_with = "wire::secret")]
    #[schema(value_type = String, format = "password", example = "old_password")]
    old_password: Secret<String>,
    /// 8 to 128 characters.
    #[serde(deserialize_with = "wire::secret")]
    #[schema(value_type = String, format = "password", example = "new_password")]
    new_password: Secret<String>,
}

/// Set another password
///
/// Everything else that opens the account ends: its sessions in every other dialect, app passwords.
#[utoipa::path(
    tag = MAILBOX,
    security(("mailbox_session" = [])),
    request_body = Request,
    responses((status = 200, body = String, description = "`OK`"), CookieRefusals, Refusals),
)]
#[route("/reset_password", method = "GET", method = "POST")]
pub(super) async fn mailbox_reset_password(
    services: web::Data<Services>,
    Caller(actor): Caller,
    body: Json<Request, AUTH_JSON_LIMIT>,
) -> Result<&'static str, Problem> {
    let mut errors = FieldErrors::default();
    let new = errors.check(
        "new_password",
        Password::parse(body.0.new_password.expose()),
    );
    let Some(new) = new else {
        return Err(errors.into_problem());
    };
    let command = ChangePassword {
        current: Some(Password::attempt(body.0.old_password.expose())),
        new,
    };
    services
        .accounts
        .change_password(
            &actor,
            &services.authentication,
            &services.sessions,
            command,
        )
        .await?;
    Ok(OK)
}
