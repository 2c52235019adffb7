//! Messages: opaque envelopes in the order of their conversation.

mod acknowledge;
mod client_id;
mod deliver;
mod delivery;
mod format;
mod list;
mod message;
mod notices;
mod pending;
mod seal;
mod send;
mod service;

pub use acknowledge::AcknowledgeError;
pub use client_id::{ClientId, InvalidClientId};
pub use deliver::{DeliverError, DeliverMessage};
pub use delivery::{Notice, PendingMessage, Signature, SignatureError, Span};
pub use format::{Format, Protection, UnknownFormat};
pub use list::{ListMessagesError, MessagePage, Reach};
pub use message::{Body, BodyError, Message, MessageId};
pub use pending::PendingError;
pub(crate) use seal::{key_binding, open_all, open_key};
pub use send::{Receipt, SendMessage, SendMessageError};
pub use service::Messages;
