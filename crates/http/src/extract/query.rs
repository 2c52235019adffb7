//! Query strings.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};
use serde::de::DeserializeOwned;

use super::json_error::Expected;
use crate::problem::Problem;

/// The query string, read into `T`; what cannot be read is a 400 `invalid-query`.
#[derive(Debug, Clone, Copy)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned> FromRequest for Query<T> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let parsed = web::Query::<T>::from_query(request.query_string());
        ready(
            parsed
                .map(|query| Self(query.into_inner()))
                .map_err(|error| refuse(&error.to_string())),
        )
    }
}

fn refuse(reason: &str) -> Problem {
    let detail = match Expected::of(reason) {
        Some(Expected(wanted)) => format!("a parameter of the query is wrong: expected {wanted}"),
        None => "a parameter of the query is missing, unknown, or has no such value".to_owned(),
    };
    Problem::bad_request("invalid-query", detail)
}

#[cfg(test)]
mod tests {
    use actix_web::ResponseError;
    use actix_web::test::TestRequest;
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Page {
        limit: Option<u16>,
    }

    async fn extract(uri: &str) -> Result<Query<Page>, Problem> {
        Query::extract(&TestRequest::with_uri(uri).to_http_request()).await
    }

    #[actix_web::test]
    async fn a_wrong_query_is_refused_without_repeating_it() {
        assert_eq!(extract("/?limit=7").await.unwrap().0.limit, Some(7));
        for wrong in [
            "/?limit=CANARY",
            "/?limit=-1",
            "/?CANARY=1",
            "/?limit=1&limit=2",
        ] {
            let problem = extract(wrong).await.unwrap_err();
            assert_eq!(problem.status_code(), 400);
            assert!(!problem.to_string().contains("CANARY"), "{problem}");
        }
    }
}
