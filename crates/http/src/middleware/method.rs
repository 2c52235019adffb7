//! Clients behind proxies that let no PATCH pass.

use actix_web::dev::ServiceRequest;
use actix_web::http::Method;
use actix_web::http::header::{HeaderName, HeaderValue};

use super::Inner;

const OVERRIDE: HeaderName = HeaderName::from_static("x-http-method-override");

/// Takes a POST to an upload for what `X-HTTP-Method-Override` says (tus 1.0.0, "Requests"): PATCH, DELETE or HEAD. Nowhere else
/// does a header change what a request does.
pub(crate) fn override_method<S: Inner>(mut request: ServiceRequest, next: &S) -> S::Future {
    if request.method() == Method::POST && request.path().starts_with("/v1/uploads/") {
        let said = request.headers().get(OVERRIDE);
        let method = match said.map(HeaderValue::as_bytes) {
            Some(b"PATCH") => Some(Method::PATCH),
            Some(b"DELETE") => Some(Method::DELETE),
            Some(b"HEAD") => Some(Method::HEAD),
            _ => None,
        };
        if let Some(method) = method {
            request.head_mut().method = method;
        }
    }
    next.call(request)
}
