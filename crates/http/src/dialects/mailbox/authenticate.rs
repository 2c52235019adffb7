use actix_web::http::header;
use actix_web::{HttpResponse, route, web};
use sealpost_domain::Secret;
use sealpost_domain::accounts::{Password, Username};
use sealpost_domain::authentication::{Attempt, Identifier};
use sealpost_domain::sessions::Dialect;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Refusals, cookies};
use crate::Services;
use crate::extract::{Json, LoginOrigin};
use crate::openapi::MAILBOX;
use crate::problem::Problem;
use crate::settings::AUTH_JSON_LIMIT;
use crate::wire;

/// Who logs in.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = MailboxAuthenticate)]
struct Request {
    #[schema(example = "username")]
    username: String,
    #[serde(deserialize_with = "wire::secret")]
    #[schema(value_type = String, format = "password", example = "password_attempt")]
    password: Secret<String>,
}

/// The session.
#[derive(Serialize, ToSchema)]
#[schema(as = MailboxSession)]
struct Answer {
    /// 32 letters and digits, good for 5 minutes.
    #[schema(example = "qJ3v0Xc8ZLw5tR1yNf6uB2mKd9sHg4pA")]
    session_id: String,
}

/// Log in
///
/// The one session of the account; it ends the one before. The answer sets it, and the name, as cookies, too.
#[utoipa::path(
    tag = MAILBOX,
    security(()),
    request_body = Request,
    responses((status = 200, body = Answer, description = "Logged in"), Refusals),
)]
#[route("/authenticate", method = "GET", method = "POST")]
pub(super) async fn mailbox_authenticate(
    services: web::Data<Services>,
    LoginOrigin(origin): LoginOrigin,
    body: Json<Request, AUTH_JSON_LIMIT>,
) -> Result<HttpResponse, Problem> {
    let Request { username, password } = body.0;
    let attempt = Attempt {
        identifier: Username::parse(&username)
            .map_or_else(|_| Identifier::nobody(&username), Identifier::Username),
        password: Password::attempt(password.expose()),
        factor: None,
        dialect: Dialect::Mailbox,
        origin,
        used: None,
    };
    let opened = services
        .authentication
        .authenticate(attempt)
        .await?
        .opened()?;
    let token = opened.opaque_token.as_ref().ok_or_else(Problem::internal)?;
    let mut answer = HttpResponse::Ok();
    let username = opened.account.username.as_str();
    for cookie in cookies::set(username, token.expose(), &services.info.public_url) {
        answer.append_header((header::SET_COOKIE, cookie));
    }
    Ok(answer.json(Answer {
        session_id: token.expose().to_owned(),
    }))
}
