//! How long a connection may be used.
//!
//! actix bounds the time of the first head on a connection only; a later head may drip for ever. So a connection
//! ends after a thousand requests, and after each one when most of the places are taken. A peer that does not read what
//! it asked for is cut off by the kernel.

use std::any::Any;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};

use actix_web::dev::{Extensions, ServiceRequest, ServiceResponse};
use actix_web::http::{ConnectionType, StatusCode};
#[cfg(target_os = "linux")]
use actix_web::rt::net::TcpStream;
use actix_web::{Error, HttpResponse};

use super::Inner;
use crate::settings::REQUESTS_PER_CONNECTION;
#[cfg(target_os = "linux")]
use crate::settings::UNREAD_TIMEOUT;

/// How many connections there are, in all workers together.
#[derive(Debug, Clone)]
pub(crate) struct Connections {
    open: Arc<AtomicUsize>,
    most: usize,
}

impl Connections {
    pub(crate) fn at_most(most: usize) -> Self {
        Self {
            open: Arc::default(),
            most,
        }
    }

    /// Whether more than 70 % of the places are taken.
    fn are_scarce(&self) -> bool {
        self.open.load(Ordering::Relaxed) > self.most / 10 * 7
    }
}

/// One connection; dropped with it.
struct Connection {
    all: Connections,
    requests: AtomicU32,
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.all.open.fetch_sub(1, Ordering::Relaxed);
    }
}

/// For `HttpServer::on_connect`: counts the connection in until it ends.
pub(crate) fn count_connection(
    all: &Connections,
) -> impl Fn(&dyn Any, &mut Extensions) + Send + Clone + use<> {
    let all = all.clone();
    move |stream, data| {
        bound_unread(stream);
        all.open.fetch_add(1, Ordering::Relaxed);
        data.insert(Connection {
            all: all.clone(),
            requests: AtomicU32::new(0),
        });
    }
}

/// Has the kernel end a connection whose peer takes nothing of what was sent: no timer of actix runs while it waits to
/// write, and such a peer would hold its place for ever.
#[cfg(target_os = "linux")]
fn bound_unread(stream: &dyn Any) {
    let millis = u32::try_from(UNREAD_TIMEOUT.as_millis()).unwrap_or(u32::MAX);
    if let Some(stream) = stream.downcast_ref::<TcpStream>()
        && let Err(error) = rustix::net::sockopt::set_tcp_user_timeout(stream, millis)
    {
        tracing::debug!(%error, "a connection has no limit for unread data");
    }
}

#[cfg(not(target_os = "linux"))]
fn bound_unread(_: &dyn Any) {}

/// Ends the connection after the answer when it has had its share.
pub(crate) fn close_used_up<S: Inner>(
    request: ServiceRequest,
    next: &S,
) -> impl Future<Output = Result<ServiceResponse, Error>> + use<S> {
    let close = request.conn_data::<Connection>().is_some_and(|connection| {
        let earlier = connection.requests.fetch_add(1, Ordering::Relaxed);
        earlier + 1 >= REQUESTS_PER_CONNECTION || connection.all.are_scarce()
    });
    let answer = next.call(request);
    async move {
        let outcome = answer.await.map(ServiceResponse::map_into_boxed_body);
        if close { closed(outcome) } else { outcome }
    }
}

/// The same answer, after which the connection ends.
fn closed(outcome: Result<ServiceResponse, Error>) -> Result<ServiceResponse, Error> {
    match outcome {
        // What becomes a WebSocket is no longer a connection for requests.
        Ok(response) if response.status() == StatusCode::SWITCHING_PROTOCOLS => Ok(response),
        Ok(mut response) => {
            response
                .response_mut()
                .head_mut()
                .set_connection_type(ConnectionType::Close);
            Ok(response)
        }
        Err(mut error) => {
            error.add_response_mapper(|mut response: HttpResponse| {
                response
                    .head_mut()
                    .set_connection_type(ConnectionType::Close);
                response
            });
            Err(error)
        }
    }
}
