//! The inbox: each account's ordered, durable log of events. WebSocket, long poll and every other way to hear of
//! something are views of this one log, so nothing is missed and nothing comes twice.

mod acknowledge;
mod event;
mod heads;
mod read;
mod service;
mod sweep;

pub use event::{Event, EventData, EventKind, HeldLog, InboxEvent, NewEvent, Offset, Window};
pub use read::{Gap, Page, ReadInboxError, Reading};
pub use service::Inbox;
