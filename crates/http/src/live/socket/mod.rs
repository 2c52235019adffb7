//! WebSockets. `line.rs` is what they all have; `inbox.rs`, `listener.rs` and `chat.rs` are what is said on them.

mod around;
mod chat;
#[cfg(test)]
mod conformance;
mod ending;
mod frames;
mod hear;
mod inbox;
mod incoming;
mod line;
mod listener;
mod outgoing;
mod protocol;
mod queue;

pub(crate) use self::around::Around;
pub(crate) use self::chat::ChatSocket;
pub(super) use self::ending::{is_busy, retry_in_ms};
pub(crate) use self::frames::{MAX_FRAME, MAX_MESSAGE};
pub(crate) use self::inbox::Socket;
pub(crate) use self::listener::Listener;
pub(super) use self::protocol::{Said, client_frames, server_frames};
