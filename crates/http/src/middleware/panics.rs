//! A panic is a defect of one handler and must stay its own.

use std::panic::{AssertUnwindSafe, catch_unwind};

use actix_web::Error;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use futures_util::FutureExt as _;

use super::Inner;
use crate::problem::Problem;

/// Answers 500 in place of a handler that panicked. Its message goes where the process's panic hook sends it and
/// neither to the caller nor into this log line: it may quote what the caller sent.
pub(crate) fn catch_panics<S: Inner>(
    request: ServiceRequest,
    next: &S,
) -> impl Future<Output = Result<ServiceResponse<S::Body>, Error>> + use<S> {
    // The handler's state dies with it; what is shared lives behind the domain's ports, which roll back.
    let begun = catch_unwind(AssertUnwindSafe(|| next.call(request)));
    async move {
        let ended = match begun {
            Ok(answer) => AssertUnwindSafe(answer).catch_unwind().await,
            Err(panic) => Err(panic),
        };
        ended.unwrap_or_else(|_| {
            tracing::error!("a handler panicked");
            Err(Problem::internal().into())
        })
    }
}
