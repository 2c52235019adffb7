//! A panic is a defect of one handler and must stay its own.

use std::panic::AssertUnwindSafe;

use actix_web::Error;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use futures_util::FutureExt as _;

use crate::problem::Problem;

/// Answers 500 in place of a handler that panicked. Its message goes where the process's panic hook sends it and
/// neither to the caller nor into this log line: it may quote what the caller sent.
pub(crate) async fn catch_panics<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    // The handler's state dies with it; what is shared lives behind the domain's ports, which roll back.
    let answer = AssertUnwindSafe(async move { next.call(request).await });
    answer.catch_unwind().await.unwrap_or_else(|_| {
        tracing::error!("a handler panicked");
        Err(Problem::internal().into())
    })
}
