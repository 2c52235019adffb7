//! Who calls: `Authorization: Bearer` with an access token of this dialect; one route wants a refresh token there.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::{StatusCode, header};
use actix_web::{FromRequest, HttpMessage as _, HttpRequest, web};
use sealpost_domain::Secret;
use sealpost_domain::sessions::{Actor, Dialect};

use super::errors::MALFORMED_AUTHORIZATION;
use crate::Services;
use crate::extract::{LONGEST_TOKEN, Presented, split_bearer};
use crate::problem::Problem;

/// The caller, who showed a good access token of the dialect. Tokens of the native API and of other dialects, and refresh
/// tokens, are no good here.
#[derive(Debug, Clone, Copy)]
pub(super) struct Caller(pub(super) Actor);

impl FromRequest for Caller {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(authenticate(request))
    }
}

/// What stands behind `Bearer`, on the route that wants a refresh token. Not checked yet.
#[derive(Debug)]
pub(super) struct RefreshBearer(pub(super) Secret<String>);

impl FromRequest for RefreshBearer {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(bearer(request).map(|token| Self(Secret::new(token.to_owned()))))
    }
}

fn authenticate(request: &HttpRequest) -> Result<Caller, Problem> {
    let services = request
        .app_data::<web::Data<Services>>()
        .ok_or_else(Problem::internal)?;
    let token = bearer(request)?;
    let actor = services.sessions.check_access(token, Dialect::Messenger)?;
    services.presence.renew(&actor);
    Ok(Caller(actor))
}

/// What looks like a token in the header, and is not too long to be one.
fn bearer(request: &HttpRequest) -> Result<&str, Problem> {
    let mut values = request.headers().get_all(header::AUTHORIZATION);
    let value = match (values.next(), values.next()) {
        (Some(value), None) => value,
        (None, _) => {
            return Err(unauthorized(
                "missing-token",
                "Missing Authorization header",
            ));
        }
        (Some(_), Some(_)) => return Err(malformed()),
    };
    let token = split_bearer(value)
        .filter(|token| !token.is_empty() && token.split('.').count() == 3)
        .ok_or_else(malformed)?;
    request.extensions_mut().insert(Presented::Token);
    if token.len() > LONGEST_TOKEN {
        return Err(unauthorized("invalid-token", "the token is not valid here"));
    }
    Ok(token)
}

fn unauthorized(code: &'static str, text: &'static str) -> Problem {
    Problem::new(StatusCode::UNAUTHORIZED, code, text)
}

fn malformed() -> Problem {
    Problem::new(
        StatusCode::UNPROCESSABLE_ENTITY,
        MALFORMED_AUTHORIZATION,
        "the Authorization header must be: Bearer, a space, and a token",
    )
}
