//! What the server says, as types. Members that a later server adds are passed over.

mod account;
mod conversation;
mod envelope;
mod event;
mod file;
mod key;
mod message;
mod page;
pub(crate) mod parse;

pub(crate) use account::OpenedSession;
pub use account::{Account, User};
pub use conversation::{Conversation, ConversationKind, Member, Role};
pub use envelope::{Envelope, EnvelopeReceipt};
pub(crate) use event::RawEvent;
pub use event::{Event, EventData, Events, KeyChange, MemberChange, NamedUser};
pub use file::{
    FileKey, FileLink, FileProtection, FileShare, LinkNotice, SealingTerms, StoredFile, Upload,
};
pub(crate) use file::{LinkedFile, MadeLink};
pub use key::{Custody, PublishedKey};
pub use message::{Format, Message, Receipt};
pub use page::Page;
