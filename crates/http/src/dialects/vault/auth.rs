//! Who calls: `x-access-tokens` with a token of this dialect.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::{FromRequest, HttpMessage as _, HttpRequest, web};
use sealpost_domain::sessions::{Actor, Dialect};

use super::headers;
use crate::Services;
use crate::extract::{LONGEST_TOKEN, Presented};
use crate::problem::Problem;

/// The header that a token comes in.
const TOKEN: &str = "x-access-tokens";

/// The caller, who showed a good token of the dialect. Tokens of the native API and of other dialects are no good here.
#[derive(Debug, Clone, Copy)]
pub(super) struct Caller(pub(super) Actor);

impl FromRequest for Caller {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(authenticate(request).map(Self))
    }
}

fn authenticate(request: &HttpRequest) -> Result<Actor, Problem> {
    let services = request
        .app_data::<web::Data<Services>>()
        .ok_or_else(Problem::internal)?;
    let token = headers::single(request.headers(), TOKEN)?.ok_or_else(missing)?;
    request.extensions_mut().insert(Presented::Token);
    let actor = check(services, token)?;
    services.presence.renew(&actor);
    Ok(actor)
}

/// Who sends this, if it carries a good token.
pub(super) fn known(request: &HttpRequest, services: &Services) -> Option<Actor> {
    let token = headers::single(request.headers(), TOKEN).ok().flatten()?;
    check(services, token).ok()
}

fn check(services: &Services, token: &[u8]) -> Result<Actor, Problem> {
    let token = std::str::from_utf8(token).map_err(|_| invalid())?;
    if token.len() > LONGEST_TOKEN {
        return Err(invalid());
    }
    Ok(services.sessions.check_access(token, Dialect::Vault)?)
}

fn missing() -> Problem {
    Problem::bad_request("missing-token", "A valid token is missing")
}

fn invalid() -> Problem {
    Problem::new(
        StatusCode::UNAUTHORIZED,
        "invalid-token",
        "the token is not valid here",
    )
}
