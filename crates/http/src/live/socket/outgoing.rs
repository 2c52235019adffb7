//! What a client is sent.
//!
//! [`Outgoing`] is the socket's end, [`OutgoingBody`] the connection's: the body of the answer that switched protocols.
//! The connection takes from the body what it has room for, so what still waits is what the client is too slow for.

use std::cell::RefCell;
use std::convert::Infallible;
use std::future::poll_fn;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

use actix_http::ws::{CloseReason, OpCode, Parser};
use actix_web::body::{BodySize, MessageBody};
use actix_web::web::{Bytes, BytesMut};

use super::queue::{Full, MAX_BYTES, Queue};

/// The socket's end.
pub(super) struct Outgoing(Rc<RefCell<Queue>>);

/// The connection's end.
pub(crate) struct OutgoingBody(Rc<RefCell<Queue>>);

/// Both ends of a new queue.
pub(super) fn channel() -> (Outgoing, OutgoingBody) {
    channel_within(MAX_BYTES)
}

/// The same for so many bytes.
pub(super) fn channel_within(max_bytes: usize) -> (Outgoing, OutgoingBody) {
    let queue = Rc::new(RefCell::new(Queue::within(max_bytes)));
    (Outgoing(Rc::clone(&queue)), OutgoingBody(queue))
}

impl Outgoing {
    pub(super) fn text(&self, text: &str) -> Result<(), Full> {
        self.send(OpCode::Text, text.as_bytes())
    }

    #[cfg(test)]
    pub(super) fn binary(&self, data: &[u8]) -> Result<(), Full> {
        self.send(OpCode::Binary, data)
    }

    pub(super) fn ping(&self) -> Result<(), Full> {
        self.send(OpCode::Ping, b"")
    }

    pub(super) fn pong(&self, payload: &[u8]) -> Result<(), Full> {
        self.send(OpCode::Pong, payload)
    }

    fn send(&self, opcode: OpCode, payload: &[u8]) -> Result<(), Full> {
        let mut frame = BytesMut::new();
        Parser::write_message(&mut frame, payload, opcode, true, false);
        self.0.borrow_mut().offer(frame.freeze())
    }

    /// Returns once there is room for further events. May be dropped and called again.
    pub(super) async fn room(&self) {
        self.until(Queue::has_room).await;
    }

    /// Whether there is room for further events.
    pub(super) fn has_room(&self) -> bool {
        self.0.borrow().has_room()
    }

    /// For how long something has waited without any of it being taken.
    pub(super) fn stalled_for(&self) -> Duration {
        self.0.borrow().stalled_for()
    }

    /// Whether the connection has let go.
    pub(super) fn is_gone(&self) -> bool {
        self.0.borrow().gone
    }

    /// Sends a last frame, after what waits or, if `discard`, in its place. Returns once all is taken or the
    /// connection is gone.
    pub(super) async fn close(&self, reason: Option<CloseReason>, discard: bool) {
        let mut frame = BytesMut::new();
        Parser::write_close(&mut frame, reason, false);
        if discard {
            self.0.borrow_mut().discard();
        }
        self.0.borrow_mut().end_with(frame.freeze());
        self.until(|queue| queue.is_empty() || queue.gone).await;
    }

    async fn until(&self, holds: impl Fn(&Queue) -> bool) {
        poll_fn(|context| {
            let mut queue = self.0.borrow_mut();
            if holds(&queue) {
                return Poll::Ready(());
            }
            queue.wake_giver_later(context);
            Poll::Pending
        })
        .await;
    }
}

impl Drop for Outgoing {
    /// Lets go of what was not taken: the connection ends as soon as it comes to look for more.
    fn drop(&mut self) {
        self.0.borrow_mut().abandon();
    }
}

impl MessageBody for OutgoingBody {
    type Error = Infallible;

    fn size(&self) -> BodySize {
        BodySize::Stream
    }

    fn poll_next(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Infallible>>> {
        let mut queue = self.0.borrow_mut();
        if let Some(slice) = queue.take() {
            return Poll::Ready(Some(Ok(slice)));
        }
        if queue.ended {
            return Poll::Ready(None);
        }
        queue.wake_taker_later(context);
        Poll::Pending
    }
}

impl Drop for OutgoingBody {
    fn drop(&mut self) {
        self.0.borrow_mut().leave();
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;

    use futures_util::FutureExt as _;

    use super::super::queue::{LOW_WATER, MAX_FRAMES, SLICE};
    use super::*;

    fn take(body: &mut OutgoingBody) -> Option<usize> {
        let next = poll_fn(|context| Pin::new(&mut *body).poll_next(context));
        let slice = next.now_or_never().unwrap();
        slice.map(|slice| slice.unwrap().len())
    }

    #[test]
    fn what_waits_is_bounded_in_frames_and_in_bytes() {
        let (outgoing, _body) = channel();
        for _ in 0..MAX_FRAMES {
            assert_eq!(outgoing.text("x"), Ok(()));
        }
        assert_eq!(outgoing.pong(b""), Err(Full));
        let (outgoing, mut body) = channel();
        let large = "x".repeat(MAX_BYTES / 2);
        assert_eq!(
            (outgoing.text(&large), outgoing.text(&large)),
            (Ok(()), Err(Full))
        );
        assert_eq!(outgoing.room().now_or_never(), None);
        assert_eq!(take(&mut body), Some(SLICE));
        assert_eq!(
            outgoing.text(&large),
            Ok(()),
            "what was taken no longer counts"
        );
    }

    #[test]
    fn there_is_room_again_once_enough_is_taken() {
        let (outgoing, mut body) = channel();
        outgoing.text(&"x".repeat(LOW_WATER + SLICE)).unwrap();
        let mut room = pin!(outgoing.room());
        assert_eq!(room.as_mut().now_or_never(), None);
        assert_eq!(
            (take(&mut body), take(&mut body)),
            (Some(SLICE), Some(SLICE))
        );
        assert_eq!(room.now_or_never(), Some(()));
    }

    #[tokio::test(start_paused = true)]
    async fn a_stall_is_the_time_without_progress() {
        let (outgoing, mut body) = channel();
        tokio::time::advance(Duration::from_secs(60)).await;
        assert_eq!(outgoing.stalled_for(), Duration::ZERO, "nothing waits");
        outgoing.text(&"x".repeat(2 * SLICE)).unwrap();
        tokio::time::advance(Duration::from_secs(3)).await;
        outgoing.ping().unwrap();
        assert_eq!(outgoing.stalled_for(), Duration::from_secs(3));
        take(&mut body);
        assert_eq!(outgoing.stalled_for(), Duration::ZERO);
    }

    #[test]
    fn a_close_in_place_of_what_waits_lets_the_frame_on_its_way_through() {
        let (outgoing, mut body) = channel();
        outgoing.text(&"x".repeat(SLICE)).unwrap();
        outgoing.text("never sent").unwrap();
        take(&mut body);
        assert_eq!(outgoing.close(None, true).now_or_never(), None);
        // The rest of the frame (its head is 4 bytes), then the close frame.
        assert_eq!(
            (take(&mut body), take(&mut body), take(&mut body)),
            (Some(4), Some(2), None)
        );
    }

    #[test]
    fn each_end_sees_that_the_other_is_gone() {
        let (outgoing, body) = channel();
        drop(body);
        assert!(outgoing.is_gone());
        assert_eq!(outgoing.close(None, false).now_or_never(), Some(()));
        let (outgoing, mut body) = channel();
        outgoing.text("never sent").unwrap();
        drop(outgoing);
        assert_eq!(take(&mut body), None);
    }
}
