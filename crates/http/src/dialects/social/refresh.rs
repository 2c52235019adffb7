use actix_web::http::header::{self, HeaderMap};
use actix_web::{HttpRequest, post, web};
use sealpost_domain::sessions::Dialect;
use sealpost_domain::{DomainError as _, ErrorKind};
use utoipa::ToSchema;

use super::Refusals;
use super::auth::missing;
use super::errors::{AuthRefusals, unauthorized};
use super::input::Input;
use super::tokens::Refreshed;
use crate::Services;
use crate::extract::split_bearer;
use crate::openapi::SOCIAL;
use crate::problem::Problem;

/// As document 002 has it: a header of this name, whose value begins with `Token`.
const HEADER: &str = "bearer";

/// The refresh token, if it is in no header.
#[derive(ToSchema)]
#[schema(as = SocialRefresh)]
#[expect(dead_code, reason = "describes what `Input` reads")]
struct Request {
    #[schema(example = "eyJ0eXAiOiJydCtqd3QiLCJhbGciOiJFZERTQSJ9.…")]
    refresh: Option<String>,
}

/// Exchange a refresh token for new tokens
///
/// Each is good once: the second use of one ends the login, except within ten seconds, when the same answer comes back.
/// `token_auth` stays as it is.
#[utoipa::path(
    tag = SOCIAL,
    security(("bearer" = [])),
    params(
        ("Bearer" = Option<String>, Header, description = "`Token` and the refresh token"),
        ("Authorization" = Option<String>, Header, description = "Or here: `Bearer` and the refresh token"),
    ),
    request_body(content(
        (Request = "application/json"),
        (Request = "application/x-www-form-urlencoded"),
        (Request = "multipart/form-data"),
    ), description = "Or here"),
    responses((status = 200, body = Refreshed, description = "New tokens"), AuthRefusals, Refusals),
)]
#[post("/api/token/refresh/")]
pub(super) async fn social_refresh(
    request: HttpRequest,
    services: web::Data<Services>,
    mut input: Input,
) -> Result<web::Json<Refreshed>, Problem> {
    let in_body = input.text("refresh");
    let token = match in_headers(request.headers()) {
        Some(token) => token,
        None => in_body
            .as_ref()
            .map(|token| token.expose().as_str())
            .ok_or_else(missing)?,
    };
    let refreshed = services
        .sessions
        .refresh_identified(token.trim(), Dialect::Social)
        .await;
    let opened = refreshed.map_err(|error| match error.kind() {
        ErrorKind::Unauthenticated => unauthorized("Token is invalid or expired"),
        _ => error.into(),
    })?;
    Ok(web::Json(Refreshed::from(&opened)))
}

/// The token in the dialect's own header, else the one in the usual one.
fn in_headers(headers: &HeaderMap) -> Option<&str> {
    if let Some(value) = headers.get(HEADER) {
        let (scheme, token) = value.to_str().ok()?.split_once(' ')?;
        return scheme.eq_ignore_ascii_case("token").then_some(token);
    }
    headers.get(header::AUTHORIZATION).and_then(split_bearer)
}
