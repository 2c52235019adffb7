//! What happens to every request, whatever its route. From the outside in:
//!
//! 1. `frame`: request id, log line, problem bodies, headers;
//! 2. `connection`: how long a connection may be used;
//! 3. `deadline`: how long a handler may take;
//! 4. `panics`: a defect in one handler answers 500 and ends nothing else;
//! 5. `method`: a POST that stands for another method;
//! 6. `head`: HEAD is GET without the body;
//! 7. `slash`: the dialects' paths go with and without the last slash.
//!
//! actix gives a middleware the request away: none of these may keep a clone of it across the call (the router would
//! panic). So the inner ones answer with an error, and `frame` makes a response of it.

use actix_web::Error;
use actix_web::body::MessageBody;
use actix_web::dev::{Service, ServiceRequest, ServiceResponse};

mod connection;
mod deadline;
mod frame;
mod head;
mod method;
mod panics;
mod request_id;
mod security_headers;
mod slash;

pub(crate) use connection::{Connections, close_used_up, count_connection};
pub(crate) use deadline::{Deadline, enforce_deadline};
pub(crate) use frame::frame;
pub(crate) use head::head_as_get;
pub(crate) use method::override_method;
pub(crate) use panics::catch_panics;
pub(crate) use slash::take_both_slashes;

/// What lies inside of a layer. Each layer is a function of the request and of this, for [`actix_web::App::wrap_fn`]: what they
/// make of each other is one future, and not one in the memory of the next.
pub(crate) trait Inner:
    Service<ServiceRequest, Response = ServiceResponse<Self::Body>, Error = Error, Future: 'static>
{
    /// What its responses have.
    type Body: MessageBody + 'static;
}

impl<S, B> Inner for S
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error, Future: 'static>,
    B: MessageBody + 'static,
{
    type Body = B;
}

#[cfg(test)]
mod tests;
