//! Live chat between two people, as the dialect `social` has it: conversations with small numbers, plain text that the
//! server seals, and files that come with it. The same conversations, messages and files as everywhere else.

mod attachment;
mod chat;
mod follow;
mod list;
mod number;
mod open;
mod say;
mod service;
mod start;

pub use attachment::{Attachment, Extension, NewAttachment};
pub use chat::{Chat, ChatList, ChatMessage};
pub use follow::Room;
pub use list::ViewChatError;
pub use number::ChatNumber;
pub use say::{Say, SayError};
pub use service::Chats;
pub use start::{StartChatError, StartedChat};
