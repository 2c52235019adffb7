//! What a client sends.

use actix_web::web::Payload;
use futures_util::StreamExt as _;

use super::ending::Ending;
use super::frames::{FrameLimits, Frames, Received};

/// The client's side of a socket.
pub(super) struct Incoming {
    payload: Payload,
    frames: Frames,
}

impl Incoming {
    pub(super) fn new(payload: Payload, limits: FrameLimits) -> Self {
        Self {
            payload,
            frames: Frames::within(limits),
        }
    }

    /// The next thing that comes. May be dropped and called again without losing anything.
    pub(super) async fn next(&mut self) -> Result<Received, Ending> {
        loop {
            if let Some(received) = self.frames.next()? {
                return Ok(received);
            }
            match self.payload.next().await {
                Some(Ok(bytes)) => self.frames.feed(bytes),
                Some(Err(_)) | None => return Err(Ending::Lost),
            }
        }
    }
}
