//! Ids in paths.

use std::future::{Ready, ready};
use std::str::FromStr;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};
use sealpost_domain::accounts::Username;
use sealpost_domain::federation::ProviderId;
use serde::Deserialize;

use crate::problem::Problem;

/// The id in the path's `{id}`. A text that is no id names nothing, hence 404 and not 400.
#[derive(Debug, Clone, Copy)]
pub struct PathId<T>(pub T);

impl<T: FromStr> FromRequest for PathId<T> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let id = request
            .match_info()
            .get("id")
            .and_then(|text| text.parse().ok());
        ready(id.map(Self).ok_or_else(Problem::not_found))
    }
}

/// A path with a name in it, whatever else it has.
#[derive(Deserialize)]
struct Named {
    name: String,
}

/// The ids in the path's `{id}` and, within what it names, `{message_id}`. A text that is no id names nothing, hence 404.
#[derive(Debug, Clone, Copy)]
pub struct PathIds<T, M>(pub T, pub M);

impl<T: FromStr, M: FromStr> FromRequest for PathIds<T, M> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let path = request.match_info();
        let id = path.get("id").and_then(|text| text.parse().ok());
        let message = path.get("message_id").and_then(|text| text.parse().ok());
        let both = id.zip(message).map(|(id, message)| Self(id, message));
        ready(both.ok_or_else(Problem::not_found))
    }
}

/// The username in the path's `{name}`, percent-decoded. A text that is no username names nobody, hence 404.
#[derive(Debug, Clone)]
pub struct PathUsername(pub Username);

impl FromRequest for PathUsername {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let named = web::Path::<Named>::from_request(request, payload).into_inner();
        let username = named.ok().and_then(|path| Username::parse(&path.name).ok());
        ready(username.map(Self).ok_or_else(Problem::not_found))
    }
}

/// The identity provider in the path's `{provider}`. A text that is no such id names none, hence 404.
#[derive(Debug, Clone)]
pub struct PathProvider(pub ProviderId);

impl FromRequest for PathProvider {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let provider = request.match_info().get("provider");
        let provider = provider.and_then(|text| ProviderId::parse(text).ok());
        ready(provider.map(Self).ok_or_else(Problem::not_found))
    }
}

#[cfg(test)]
mod tests {
    use actix_web::ResponseError;
    use actix_web::test::TestRequest;
    use sealpost_domain::sessions::SessionId;

    use super::*;

    async fn extract(id: &'static str) -> Result<PathId<SessionId>, Problem> {
        let request = TestRequest::default().param("id", id).to_http_request();
        PathId::extract(&request).await
    }

    #[actix_web::test]
    async fn what_is_no_id_names_nothing() {
        assert!(
            extract("018f4e9c-7c3a-7d52-9a5e-0242ac120002")
                .await
                .is_ok()
        );
        for wrong in [
            "",
            "1",
            "018f4e9c7c3a7d529a5e0242ac120002",
            "..",
            "018f4e9c-7c3a-7d52-9a5e-0242ac12000g",
        ] {
            let problem = extract(wrong).await.unwrap_err();
            assert_eq!(problem.status_code(), 404, "{wrong}");
        }
    }
}
