//! The body of an answer that hands messages over. They are deleted once all of it has been given to the connection; if it is
//! dropped before, they wait as if nobody had asked.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use actix_web::body::{BodySize, MessageBody};
use actix_web::web::Bytes;
use sealpost_domain::envelopes::{Envelopes, Lease};
use sealpost_domain::ports::StoreError;
use thiserror::Error;
use tokio::runtime::Handle;
use tokio::task::JoinHandle;
use tokio::time::Instant;

/// What is given to the connection at once.
const CHUNK: usize = 64 * 1024;

/// Why the body ends before its end.
#[derive(Debug, Error)]
#[error("the messages are not held any more")]
pub(super) struct LeaseLost;

/// A JSON text that is sent under a lease.
pub(super) struct DeliveryBody {
    envelopes: Envelopes,
    lease: Lease,
    size: u64,
    rest: Bytes,
    renewed_at: Instant,
    state: State,
}

enum State {
    Sending,
    /// The lease would run out soon: first it is prolonged.
    Renewing(JoinHandle<Result<bool, StoreError>>),
    /// Everything was given to the connection, which now has a chance to send it.
    Flushing,
    /// The messages are deleted. Nothing stops that any more.
    Settling(JoinHandle<Result<(), StoreError>>),
    Settled,
}

impl DeliveryBody {
    pub(super) fn new(envelopes: Envelopes, lease: Lease, json: Vec<u8>) -> Self {
        Self {
            envelopes,
            lease,
            size: u64::try_from(json.len()).unwrap_or(u64::MAX),
            rest: json.into(),
            renewed_at: Instant::now(),
            state: State::Sending,
        }
    }

    /// Apart from this body, so that it goes on if the body is dropped.
    fn renew(&self) -> JoinHandle<Result<bool, StoreError>> {
        let (envelopes, lease) = (self.envelopes.clone(), self.lease);
        tokio::spawn(async move { envelopes.renew(lease).await })
    }

    /// The same for the deletion.
    fn settle(&self) -> JoinHandle<Result<(), StoreError>> {
        let (envelopes, lease) = (self.envelopes.clone(), self.lease);
        tokio::spawn(async move { envelopes.settle(lease).await })
    }
}

impl MessageBody for DeliveryBody {
    type Error = LeaseLost;

    fn size(&self) -> BodySize {
        BodySize::Sized(self.size)
    }

    fn poll_next(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, LeaseLost>>> {
        let this = self.get_mut();
        loop {
            match &mut this.state {
                State::Sending if this.rest.is_empty() => {
                    this.state = State::Flushing;
                    // Whoever polls this sends what it has before it comes again.
                    context.waker().wake_by_ref();
                    return Poll::Pending;
                }
                State::Sending if this.renewed_at.elapsed() > Envelopes::LEASE / 2 => {
                    this.state = State::Renewing(this.renew());
                }
                State::Sending => {
                    let length = this.rest.len().min(CHUNK);
                    return Poll::Ready(Some(Ok(this.rest.split_to(length))));
                }
                State::Renewing(renewed) => {
                    let renewed = ready!(Pin::new(renewed).poll(context));
                    if !matches!(renewed, Ok(Ok(true))) {
                        return Poll::Ready(Some(Err(LeaseLost)));
                    }
                    this.renewed_at = Instant::now();
                    this.state = State::Sending;
                }
                State::Flushing => this.state = State::Settling(this.settle()),
                State::Settling(settled) => {
                    let settled = ready!(Pin::new(settled).poll(context));
                    if !matches!(settled, Ok(Ok(()))) {
                        tracing::warn!(
                            "messages that were handed over are still there and will come again"
                        );
                    }
                    this.state = State::Settled;
                }
                State::Settled => return Poll::Ready(None),
            }
        }
    }
}

impl Drop for DeliveryBody {
    fn drop(&mut self) {
        if matches!(self.state, State::Settling(_) | State::Settled) {
            return;
        }
        let (envelopes, lease) = (self.envelopes.clone(), self.lease);
        // Without a runtime the server stops: then the lease runs out by itself.
        if let Ok(runtime) = Handle::try_current() {
            runtime.spawn(async move {
                if envelopes.release(lease).await.is_err() {
                    tracing::warn!(
                        "messages that were not handed over wait until their lease has run out"
                    );
                }
            });
        }
    }
}
