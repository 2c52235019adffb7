//! What happens while somebody waits: long polls and WebSockets, both views of the inbox.
//!
//! Both pull: whoever is woken ([`Hub`]) reads the log on from where they were (`feed.rs`), as far as there is room. No
//! event waits in memory for a client, so that a slow one costs nothing and none is lost with it.

mod feed;
mod hub;
mod poll;
mod seats;
mod signal;
mod socket;
mod view;

pub use hub::Hub;
pub(crate) use poll::{MAX_WAIT, Poll};
pub(crate) use seats::Room;
pub(crate) use socket::{Around, ChatSocket, Listener, Socket};
pub(crate) use view::EventView;
