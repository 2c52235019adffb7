//! Conversations: who talks with whom.

mod conversation;
mod list;
mod service;
mod start;
mod start_sealed;

pub use conversation::{ConversationId, ConversationOverview, Member, Membership, NewConversation};
pub use list::{ConversationPage, ViewConversationError};
pub use service::Conversations;
pub(crate) use start::start;
pub use start::{StartConversationError, Started};
pub use start_sealed::{StartSealedError, StartedSealed};
