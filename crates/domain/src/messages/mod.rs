//! Messages: opaque envelopes in the order of their conversation.

mod client_id;
mod format;
mod list;
mod message;
mod seal;
mod send;
mod service;

pub use client_id::{ClientId, InvalidClientId};
pub use format::{Format, Protection, UnknownFormat};
pub use list::{ListMessagesError, MessagePage, Reach};
pub use message::{Body, BodyError, Message, MessageId};
pub(crate) use seal::{key_binding, open_all};
pub use send::{Receipt, SendMessage, SendMessageError};
pub use service::Messages;
