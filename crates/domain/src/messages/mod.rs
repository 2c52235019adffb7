//! Messages: opaque envelopes in the order of their conversation.

mod acknowledge;
mod attachments;
mod client_id;
mod delete;
mod deliver;
mod delivery;
mod expire;
mod format;
mod lifetime;
mod list;
mod message;
mod mismatch;
mod notices;
mod pending;
mod rows;
mod seal;
mod send;
mod service;

pub use acknowledge::AcknowledgeError;
pub use attachments::{Attachments, AttachmentsError};
pub use client_id::{ClientId, InvalidClientId};
pub use delete::DeleteMessageError;
pub use deliver::{DeliverError, DeliverMessage};
pub use delivery::{Notice, PendingMessage, Signature, SignatureError, Span};
pub use format::{Format, Protection, UnknownFormat};
pub use lifetime::{InvalidLifetime, Lifetime};
pub use list::{Anchor, ListMessagesError, MessagePage, MessageWindow, Reach};
pub use message::{Body, BodyError, Message, MessageId};
pub use mismatch::{MemberKey, Mismatch};
pub use pending::PendingError;
pub(crate) use rows::{Rows, open_alone};
pub(crate) use seal::{key_binding, open_key};
pub use send::{Receipt, SendMessage, SendMessageError};
pub use service::Messages;
