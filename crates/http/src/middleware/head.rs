//! Every GET route answers HEAD.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use actix_web::Error;
use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::{Method, header};
use actix_web::web::Bytes;

use super::Inner;

/// Routes HEAD as GET and leaves the body out. The headers stay those of GET, the length too (RFC 9110, section 9.3.2).
pub(crate) fn head_as_get<S: Inner>(
    mut request: ServiceRequest,
    next: &S,
) -> impl Future<Output = Result<ServiceResponse, Error>> + use<S> {
    let is_head = request.method() == Method::HEAD;
    if is_head {
        request.head_mut().method = Method::GET;
        // A range means something for GET alone (section 14.2).
        request.headers_mut().remove(header::RANGE);
    }
    let answer = next.call(request);
    async move {
        let response = answer.await?;
        if !is_head {
            return Ok(response.map_into_boxed_body());
        }
        Ok(response.map_body(|_, body| BoxBody::new(LengthOnly(body.size()))))
    }
}

/// A body that has a length and no bytes.
struct LengthOnly(BodySize);

impl MessageBody for LengthOnly {
    type Error = Infallible;

    fn size(&self) -> BodySize {
        self.0
    }

    fn poll_next(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Infallible>>> {
        Poll::Ready(None)
    }
}
