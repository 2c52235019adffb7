//! A problem becomes the body of its answer.

use actix_web::HttpResponse;
use actix_web::body::BoxBody;
use actix_web::http::header::{self, HeaderValue};
use actix_web::http::{ConnectionType, StatusCode};
use serde::Serialize;
use serde_json::{Map, Value};

use super::{FieldError, Problem};
use crate::dialects::Tongue;
use crate::extract::Presented;

/// The media type of RFC 9457.
pub(crate) const CONTENT_TYPE: &str = "application/problem+json";

#[derive(Serialize)]
struct Body<'a> {
    #[serde(rename = "type")]
    kind: String,
    title: String,
    status: u16,
    detail: &'a str,
    code: &'a str,
    request_id: &'a str,
    #[serde(skip_serializing_if = "<[FieldError]>::is_empty")]
    errors: &'a [FieldError],
    #[serde(flatten)]
    members: Option<&'a Map<String, Value>>,
}

/// The URI that names a kind of problem. It is a name and leads nowhere, hence no `https:`.
pub(crate) fn type_uri(code: &str) -> String {
    format!("urn:sealpost:problem:{code}")
}

/// The slug as a heading: RFC 9457 wants it the same for every occurrence of a type.
pub(crate) fn title(code: &str) -> String {
    let mut words = code.replace('-', " ");
    if let Some(first) = words.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    words
}

/// Gives an answer that carries a [`Problem`] its body, in a dialect its own; others pass as they are, except failures that say nothing at
/// all (the framework's own), which get a problem made of their status.
pub(crate) fn render(
    mut response: HttpResponse,
    request_id: &str,
    presented: Presented,
    tongue: Tongue,
) -> HttpResponse {
    let carried = response.extensions_mut().remove::<Problem>();
    let Some(problem) = carried.or_else(|| of_bare_failure(&response)) else {
        return response;
    };
    headers(&problem, &mut response, presented);
    if let Some(said) = tongue.say(&problem) {
        *response.status_mut() = said.status;
        let content_type = HeaderValue::from_static(said.content_type);
        response
            .headers_mut()
            .insert(header::CONTENT_TYPE, content_type);
        return response.map_body(|_, _| BoxBody::new(said.body));
    }
    let body = Body {
        kind: type_uri(problem.code),
        title: title(problem.code),
        status: problem.status.as_u16(),
        detail: &problem.detail,
        code: problem.code,
        request_id,
        errors: &problem.errors,
        members: problem.members.as_deref(),
    };
    // A struct of texts and numbers always serializes; an empty body would still carry the right status.
    let json = serde_json::to_vec(&body).unwrap_or_default();
    response.map_body(|_, _| BoxBody::new(json))
}

fn of_bare_failure(response: &HttpResponse) -> Option<Problem> {
    let status = response.status();
    let silent = !response.headers().contains_key(header::CONTENT_TYPE);
    if !silent || !(status.is_client_error() || status.is_server_error()) {
        return None;
    }
    Some(match status {
        StatusCode::NOT_FOUND => Problem::not_found(),
        status if status.is_server_error() => Problem {
            status,
            ..Problem::internal()
        },
        status => Problem::new(status, "bad-request", "the request was refused"),
    })
}

fn headers(problem: &Problem, response: &mut HttpResponse, presented: Presented) {
    if problem.closes_connection {
        response
            .head_mut()
            .set_connection_type(ConnectionType::Close);
    }
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(CONTENT_TYPE));
    for (name, value) in &problem.headers {
        headers.insert(name.clone(), value.clone());
    }
    if let Some(after) = problem.retry_after {
        // Rounded up, so that whoever obeys does not come too early.
        let seconds = after.as_secs() + u64::from(after.subsec_nanos() > 0);
        headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds.max(1)));
    }
    // A problem that knows more about what is missing has said so itself.
    if problem.status == StatusCode::UNAUTHORIZED && !headers.contains_key(header::WWW_AUTHENTICATE)
    {
        headers.insert(
            header::WWW_AUTHENTICATE,
            HeaderValue::from_static(presented.challenge()),
        );
    }
}
