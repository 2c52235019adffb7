//! Conversations: who talks with whom.

mod conversation;
mod list;
mod service;
mod start;
mod start_sealed;

pub use conversation::{ConversationId, ConversationOverview, Member, Membership, NewConversation};
pub use list::{ConversationPage, ViewConversationError};
pub use service::Conversations;
pub use start::{StartConversationError, Started};
pub(crate) use start::{draft, start};
pub(crate) use start_sealed::start_sealed;
pub use start_sealed::{StartSealedError, StartedSealed};
