//! What is counted of requests, and the listener that shows all metrics to Prometheus, apart from the API.

use std::future::Future;
use std::io;
use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use actix_web::http::{StatusCode, header};
use actix_web::{App, HttpResponse, HttpServer, web};
use async_trait::async_trait;
use metrics::{Unit, counter, describe_counter, describe_histogram, histogram};

/// Requests, by method, route and status.
const REQUESTS: &str = "sealpost_http_requests_total";
/// How long they took, by method and route.
const DURATION: &str = "sealpost_http_request_duration_seconds";
/// The text format of Prometheus.
const TEXT: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Knows every metric at the moment it is asked.
#[async_trait]
pub trait Scrape: Send + Sync {
    /// All metrics, in the text format of Prometheus.
    async fn render(&self) -> String;
}

/// Tells the recorder what the metrics of this crate are.
pub fn describe_metrics() {
    describe_counter!(REQUESTS, "Requests that were answered");
    describe_histogram!(
        DURATION,
        Unit::Seconds,
        "From the head of a request to the head of its answer"
    );
}

/// Counts one answered request. The route is its pattern: a path would be a label of its own for each user.
pub(crate) fn count_request(
    method: &'static str,
    route: &str,
    status: StatusCode,
    elapsed: Duration,
) {
    let route = route.to_owned();
    let labels = [
        ("method", method.to_owned()),
        ("route", route.clone()),
        ("status", status.as_str().to_owned()),
    ];
    counter!(REQUESTS, &labels).increment(1);
    histogram!(DURATION, "method" => method, "route" => route).record(elapsed);
}

/// Serves `GET /metrics` on this listener, and nothing else, until the future is dropped. Whoever reaches it sees it: it is to
/// be kept private.
///
/// # Errors
/// When the listener cannot be used.
pub fn serve_metrics(
    listener: TcpListener,
    scrape: Arc<dyn Scrape>,
) -> io::Result<impl Future<Output = io::Result<()>> + Send + use<>> {
    let server = HttpServer::new(move || {
        let scrape = Arc::clone(&scrape);
        let show = move || {
            let scrape = Arc::clone(&scrape);
            async move {
                HttpResponse::Ok()
                    .insert_header((header::CONTENT_TYPE, TEXT))
                    .body(scrape.render().await)
            }
        };
        App::new().route("/metrics", web::get().to(show))
    });
    Ok(server
        .workers(1)
        .max_connections(64)
        .disable_signals()
        .shutdown_timeout(1)
        .listen(listener)?
        .run())
}
