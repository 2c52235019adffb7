//! The outermost layer: nothing leaves the server without passing here.

use std::time::Instant;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::HeaderValue;
use actix_web::http::{Method, StatusCode, Uri};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage as _, HttpResponse, web};
use tracing::Instrument as _;

use super::{request_id, security_headers};
use crate::dialects::Tongue;
use crate::extract::Presented;
use crate::problem;
use crate::routes::RouteTable;
use crate::{Services, Settings};

/// Names the request, logs it, and completes its answer, be it a response or an error.
pub(crate) async fn frame(
    services: web::Data<Services>,
    routes: web::Data<RouteTable>,
    settings: web::Data<Settings>,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse, Error> {
    let id = request_id::choose(request.headers(), &services);
    let tongue = Tongue::of(request.path(), settings.dialects);
    let span = tracing::info_span!("request", request_id = %id);
    let seen = Seen {
        started: Instant::now(),
        method: request.method().clone(),
        uri: request.uri().clone(),
    };
    let outcome = next.call(request).instrument(span.clone()).await;
    match outcome {
        Ok(response) => {
            let (request, response) = response.map_into_boxed_body().into_parts();
            let presented = request
                .extensions()
                .get::<Presented>()
                .copied()
                .unwrap_or_default();
            let response = complete(response, &id, presented, tongue);
            let response = ServiceResponse::new(request, response);
            let pattern = response.request().match_pattern();
            span.in_scope(|| seen.log(pattern, response.status(), &routes));
            Ok(response)
        }
        Err(mut error) => {
            let status = error.as_response_error().status_code();
            span.in_scope(|| seen.log(None, status, &routes));
            error.add_response_mapper(move |response| {
                complete(response, &id, Presented::Nothing, tongue)
            });
            Err(error)
        }
    }
}

fn complete(
    response: HttpResponse,
    id: &str,
    presented: Presented,
    tongue: Tongue,
) -> HttpResponse {
    let mut response = problem::render(response, id, presented, tongue);
    security_headers::add_missing(response.headers_mut());
    if let Ok(value) = HeaderValue::from_str(id) {
        response.headers_mut().insert(request_id::HEADER, value);
    }
    response
}

/// What the log line needs of a request that has been given away.
struct Seen {
    started: Instant,
    method: Method,
    uri: Uri,
}

impl Seen {
    /// One line for each request. It names the route's `pattern` and not the path: paths hold usernames, and queries,
    /// headers and bodies hold worse. The status is that which leaves the server.
    fn log(&self, pattern: Option<String>, status: StatusCode, routes: &RouteTable) {
        let route = pattern.or_else(|| {
            routes
                .find(self.uri.path())
                .map(|route| route.pattern().to_owned())
        });
        self.write(route.as_deref().unwrap_or("unknown"), status);
    }

    fn write(&self, route: &str, status: StatusCode) {
        let elapsed = self.started.elapsed();
        let duration_ms = elapsed.as_secs_f64() * 1_000.0;
        let method = known(&self.method);
        crate::metrics::count_request(method, route, status, elapsed);
        let status = status.as_u16();
        tracing::info!(target: "sealpost_http::access", method, route, status, duration_ms, "answered");
    }
}

/// A method is the caller's text, too, unless it is one of the usual ones.
const fn known(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}
