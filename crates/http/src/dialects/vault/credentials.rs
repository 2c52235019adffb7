//! A name and a password, from the route's two headers or from a JSON body with the same names.

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header::HeaderMap;
use actix_web::{FromRequest, HttpRequest};
use futures_util::future::LocalBoxFuture;
use sealpost_domain::Secret;
use serde::de::DeserializeOwned;

use super::headers;
use crate::extract::Json;
use crate::problem::Problem;
use crate::settings::AUTH_JSON_LIMIT;

/// How a route calls the two.
pub(super) trait Fields: DeserializeOwned + 'static {
    /// The header with the name.
    const NAME: &'static str;
    /// The header with the password.
    const PASSWORD: &'static str;
    /// The status and the text if one is missing.
    const MISSING: (StatusCode, &'static str);

    /// Both.
    fn new(name: String, password: Secret<String>) -> Self;
}

/// What the headers say; if neither is there, what the body says.
pub(super) struct Credentials<T>(pub(super) T);

impl<T: Fields> FromRequest for Credentials<T> {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let from_headers = in_headers::<T>(request.headers());
        let body = match from_headers {
            Ok(None) => Json::<T, AUTH_JSON_LIMIT>::from_request(request, payload),
            Ok(Some(found)) => return Box::pin(async { Ok(Self(found)) }),
            Err(problem) => return Box::pin(async { Err(problem) }),
        };
        Box::pin(async {
            let read = body.await;
            read.map(|Json(found)| Self(found)).map_err(told::<T>)
        })
    }
}

fn in_headers<T: Fields>(headers: &HeaderMap) -> Result<Option<T>, Problem> {
    let name = headers::text(headers, T::NAME)?;
    let password = headers::text(headers, T::PASSWORD)?;
    match (name, password) {
        (Some(name), Some(password)) => {
            let password = Secret::new(password.to_owned());
            Ok(Some(T::new(name.to_owned(), password)))
        }
        (None, None) => Ok(None),
        _ => Err(missing::<T>()),
    }
}

/// No body, a body without one of the two, and one that is no JSON are all the same: nothing was said.
fn told<T: Fields>(problem: Problem) -> Problem {
    match problem.code() {
        "empty-body" | "missing-field" | "unsupported-media-type" => missing::<T>(),
        _ => problem,
    }
}

fn missing<T: Fields>() -> Problem {
    let (status, text) = T::MISSING;
    Problem::new(status, "missing-credentials", text)
}
