//! Clients behind proxies that let no PATCH pass.

use actix_web::Error;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::middleware::Next;

const OVERRIDE: HeaderName = HeaderName::from_static("x-http-method-override");

/// Takes a POST to an upload for what `X-HTTP-Method-Override` says (tus 1.0.0, "Requests"): PATCH, DELETE or HEAD. Nowhere else
/// does a header change what a request does.
pub(crate) async fn override_method<B: MessageBody + 'static>(
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
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
    next.call(request).await
}
