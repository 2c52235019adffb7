//! Logging in is for programs: a GET that opens a session must not be one that a page or a link can send.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header::HeaderMap;
use actix_web::{FromRequest, HttpRequest};

use crate::problem::Problem;

/// The request is neither a navigation nor from a page of another site, as far as a browser says so (Fetch Metadata).
pub(super) struct FromNoPage;

impl FromRequest for FromNoPage {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let headers = request.headers();
        let refused = says(headers, "sec-fetch-mode", &["navigate"])
            || says(headers, "sec-fetch-site", &["cross-site", "same-site"]);
        ready(if refused { Err(told()) } else { Ok(Self) })
    }
}

fn says(headers: &HeaderMap, name: &str, refused: &[&str]) -> bool {
    let mut values = headers.get_all(name);
    values.any(|value| {
        let value = value.as_bytes();
        refused
            .iter()
            .any(|word| value.eq_ignore_ascii_case(word.as_bytes()))
    })
}

fn told() -> Problem {
    Problem::new(
        StatusCode::FORBIDDEN,
        "cross-site",
        "Log in from a program, not by a link or from a page of another site",
    )
}
