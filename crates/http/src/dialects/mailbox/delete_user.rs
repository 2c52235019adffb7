use actix_web::http::header;
use actix_web::{HttpResponse, route, web};
use sealpost_domain::Secret;
use sealpost_domain::accounts::Password;
use serde::Deserialize;
use utoipa::ToSchema;

use super::caller::Caller;
use super::errors::CookieRefusals;
use super::{OK, Refusals, cookies};
use crate::Services;
use crate::extract::Json;
use crate::openapi::MAILBOX;
use crate::problem::Problem;
use crate::settings::AUTH_JSON_LIMIT;
use crate::wire;

/// That it is really you.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = MailboxDeleteUser)]
struct Request {
    #[serde(deserialize_with = "wire::secret")]
    #[schema(value_type = String, format = "password", example = "password")]
    password: Secret<String>,
}

/// Delete the account for good
///
/// Its keys, its picture, its sessions, its files, and all messages from it and to it.
#[utoipa::path(
    tag = MAILBOX,
    security(("mailbox_session" = [])),
    request_body = Request,
    responses((status = 200, body = String, description = "`OK`"), CookieRefusals, Refusals),
)]
#[route("/delete_user", method = "GET", method = "POST")]
pub(super) async fn mailbox_delete_user(
    services: web::Data<Services>,
    Caller(actor): Caller,
    body: Json<Request, AUTH_JSON_LIMIT>,
) -> Result<HttpResponse, Problem> {
    let password = Password::attempt(body.0.password.expose());
    services
        .accounts
        .leave_with_password(
            &actor,
            &services.authentication,
            &services.sessions,
            password,
        )
        .await?;
    let mut answer = HttpResponse::Ok();
    for cookie in cookies::clear(&services.info.public_url) {
        answer.append_header((header::SET_COOKIE, cookie));
    }
    Ok(answer.content_type("text/plain; charset=utf-8").body(OK))
}
