//! The keys that dialect `mailbox` hands out: any text that an owner declares to be their public key. One that passes the
//! house's rules is in the owner's key ring as well; one that does not is served there and nowhere else.

mod find;
mod key;
mod put;
mod reset;
mod service;

pub use find::{FindMailboxKeyError, ServedKey};
pub use key::{KeyText, KeyTextError, MailboxKey};
pub use put::MailboxKeyRefused;
pub(crate) use put::{MailboxKeyDraft, put};
pub use reset::{ResetMailboxKey, ResetMailboxKeyError};
pub use service::MailboxKeys;
