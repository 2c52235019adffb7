//! Who calls.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{FromRequest, HttpMessage, HttpRequest, web};
use sealpost_domain::sessions::{Actor, Dialect};

use crate::Services;
use crate::problem::Problem;

/// More than any token of ours; the signature of anything longer is not worth checking.
pub(crate) const LONGEST_TOKEN: usize = 4_096;

/// The caller, who showed a good access token of the native API in `Authorization: Bearer` (RFC 6750, section 2.1).
/// Tokens in queries and bodies are not looked at: they would end up in logs.
#[derive(Debug, Clone, Copy)]
pub struct Authenticated(pub Actor);

/// Whether the route looked at a token, for the challenge of a 401.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) enum Presented {
    /// There was none, or the route does not look at tokens.
    #[default]
    Nothing,
    /// There was one: a 401 means that it is not good (any more).
    Token,
}

impl Presented {
    /// What `WWW-Authenticate` says (RFC 6750, section 3).
    pub(crate) const fn challenge(self) -> &'static str {
        match self {
            Self::Nothing => r#"Bearer realm="sealpost""#,
            Self::Token => r#"Bearer realm="sealpost", error="invalid_token""#,
        }
    }
}

impl FromRequest for Authenticated {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(authenticate(request))
    }
}

fn authenticate(request: &HttpRequest) -> Result<Authenticated, Problem> {
    let services = request
        .app_data::<web::Data<Services>>()
        .ok_or_else(Problem::internal)?;
    let token = bearer_token(request)?;
    request.extensions_mut().insert(Presented::Token);
    if token.len() > LONGEST_TOKEN {
        return Err(Problem::new(
            StatusCode::UNAUTHORIZED,
            "invalid-token",
            "the access token is not valid here",
        ));
    }
    let actor = services.sessions.check_access(token, Dialect::Native)?;
    services.presence.renew(&actor);
    Ok(Authenticated(actor))
}

/// Who sends this, if it carries a good access token.
pub(crate) fn known(request: &HttpRequest) -> Option<Actor> {
    let services = request.app_data::<web::Data<Services>>()?;
    let token = bearer_token(request).ok()?;
    let fits = token.len() <= LONGEST_TOKEN;
    fits.then(|| services.sessions.check_access(token, Dialect::Native).ok())
        .flatten()
}

/// The token behind `Bearer`, if there is one header with one.
pub(crate) fn bearer_token(request: &HttpRequest) -> Result<&str, Problem> {
    let mut values = request.headers().get_all(header::AUTHORIZATION);
    let Some(value) = values.next() else {
        return Err(missing());
    };
    // Two parsers on the way could each pick another one.
    if values.next().is_some() {
        return Err(Problem::bad_request(
            "duplicate-authorization",
            "the Authorization header came more than once",
        ));
    }
    split_bearer(value).ok_or_else(missing)
}

/// The token behind `Bearer`.
pub(crate) fn split_bearer(value: &HeaderValue) -> Option<&str> {
    let (scheme, token) = value.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

fn missing() -> Problem {
    Problem::new(
        StatusCode::UNAUTHORIZED,
        "missing-token",
        "this needs the header Authorization: Bearer with an access token",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_bearer_is_taken_in_any_case() {
        for (value, token) in [
            ("Bearer abc", Some("abc")),
            ("bearer abc", Some("abc")),
            ("BEARER   abc ", Some("abc")),
            ("Basic abc", None),
            ("Bearer", None),
            ("abc", None),
        ] {
            assert_eq!(
                split_bearer(&HeaderValue::from_static(value)),
                token,
                "{value}"
            );
        }
    }
}
