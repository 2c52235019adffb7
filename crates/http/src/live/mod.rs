//! What happens while somebody waits: long polls, streams and WebSockets, all views of the inbox.
//!
//! All pull: whoever is woken ([`Hub`]) reads the log on from where they were (`feed.rs`), as far as there is room, together
//! with others who were woken in the same moment ([`Readers`]). No event waits in memory for a client, so that a slow one costs nothing and none is lost with it.

mod checks;
mod document;
mod feed;
mod hub;
mod poll;
mod readers;
mod seats;
mod signal;
mod socket;
mod stream;
mod trust;
mod view;

pub(crate) use checks::have_all_checked;
pub use document::event_document;
pub(crate) use feed::Beginning;
pub use hub::Hub;
pub(crate) use poll::{MAX_WAIT, Poll};
pub use readers::Readers;
pub(crate) use seats::Room;
pub(crate) use socket::{Around, ChatSocket, Listener, MAX_FRAME, MAX_MESSAGE, Socket};
pub(crate) use stream::{EventStream, StreamFrom};
pub(crate) use view::EventView;
