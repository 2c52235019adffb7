//! An invite, for dialects whose bodies have no place for one.

use std::convert::Infallible;
use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use sealpost_domain::invites::InviteCode;

/// The code in the header `Sealpost-Invite`, if it is there. What is no code, and two of them, is a wrong one.
#[derive(Debug, Clone)]
pub struct InviteHeader(pub Option<InviteCode>);

impl InviteHeader {
    /// The header's name.
    pub const NAME: &'static str = "sealpost-invite";
}

impl FromRequest for InviteHeader {
    type Error = Infallible;
    type Future = Ready<Result<Self, Infallible>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let mut values = request.headers().get_all(Self::NAME);
        let code = values.next().map(|value| {
            let alone = values.next().is_none();
            let text = value.to_str().ok().filter(|_| alone).unwrap_or_default();
            InviteCode::attempt(text.trim())
        });
        ready(Ok(Self(code)))
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[actix_web::test]
    async fn one_code_is_taken_and_anything_else_is_a_wrong_one() {
        for (values, code) in [
            (vec![], None),
            (vec![" spi_1 "], Some("spi_1")),
            (vec![""], Some("")),
            (vec!["caf\u{e9}"], Some("")),
            (vec!["spi_1", "spi_2"], Some("")),
        ] {
            let mut request = TestRequest::default();
            for value in values {
                request = request.append_header((InviteHeader::NAME, value));
            }
            let found = InviteHeader::extract(&request.to_http_request())
                .await
                .unwrap();
            assert_eq!(found.0.as_ref().map(InviteCode::expose), code);
        }
    }
}
