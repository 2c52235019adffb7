//! Which program calls.

use std::convert::Infallible;
use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::{FromRequest, HttpRequest};

/// What the client calls itself in `User-Agent`, if it does. Anybody can write anything there: it is for people to
/// look at and decides nothing.
#[derive(Debug, Clone)]
pub struct UserAgent(pub Option<String>);

impl FromRequest for UserAgent {
    type Error = Infallible;
    type Future = Ready<Result<Self, Infallible>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let value = request.headers().get(header::USER_AGENT);
        let name = value.and_then(|value| value.to_str().ok()).map(str::trim);
        let name = name.filter(|name| !name.is_empty()).map(str::to_owned);
        ready(Ok(Self(name)))
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[actix_web::test]
    async fn no_name_an_empty_one_and_one_that_is_no_text_are_the_same() {
        for (value, name) in [
            (None, None),
            (Some("  "), None),
            (Some("caf\u{e9}"), None),
            (
                Some(" sealpost-cli/0.1 (linux) "),
                Some("sealpost-cli/0.1 (linux)"),
            ),
        ] {
            let mut request = TestRequest::default();
            if let Some(value) = value {
                request = request.insert_header((header::USER_AGENT, value));
            }
            let found = UserAgent::extract(&request.to_http_request())
                .await
                .unwrap();
            assert_eq!(found.0.as_deref(), name);
        }
    }
}
