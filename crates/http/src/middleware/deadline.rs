//! No handler holds a connection for ever.

use std::cell::Cell;
use std::pin::pin;
use std::rc::Rc;
use std::time::Duration;

use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::{Error, HttpMessage as _, HttpRequest};
use tokio::time::{Instant, timeout_at};

use super::Inner;
use crate::problem::Problem;
use crate::settings::HANDLER_TIMEOUT;

/// When the request will be given up. Whoever has to wait longer by design (for a body, for an event) moves it.
#[derive(Debug, Clone)]
pub(crate) struct Deadline(Rc<Cell<Instant>>);

impl Deadline {
    fn new() -> Self {
        Self(Rc::new(Cell::new(Instant::now() + HANDLER_TIMEOUT)))
    }

    /// The deadline of this request.
    pub(crate) fn of(request: &HttpRequest) -> Self {
        request
            .extensions()
            .get::<Self>()
            .cloned()
            .unwrap_or_else(Self::new)
    }

    /// Gives the handler its full time again, counted from `wait` from now.
    pub(crate) fn restart_after(&self, wait: Duration) {
        self.0.set(Instant::now() + wait + HANDLER_TIMEOUT);
    }
}

/// Answers 503 in place of a handler that takes too long. What the handler had begun in the store is either all
/// there or not at all.
pub(crate) fn enforce_deadline<S: Inner>(
    request: ServiceRequest,
    next: &S,
) -> impl Future<Output = Result<ServiceResponse<S::Body>, Error>> + use<S> {
    let deadline = Deadline::new();
    request.extensions_mut().insert(deadline.clone());
    let answer = next.call(request);
    async move {
        let mut answer = pin!(answer);
        loop {
            let until = deadline.0.get();
            match timeout_at(until, answer.as_mut()).await {
                Ok(outcome) => return outcome,
                Err(_) if deadline.0.get() > until => {}
                Err(_) => return Err(timed_out().into()),
            }
        }
    }
}

fn timed_out() -> Problem {
    tracing::warn!("a handler took too long and was given up");
    Problem::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "deadline-exceeded",
        "the server was too slow; whether the request took effect is not known",
    )
    .with_retry_after(Duration::from_secs(2))
}
