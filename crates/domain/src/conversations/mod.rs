//! Conversations: who talks with whom.

mod conversation;
mod list;
mod markers;
mod members;
mod receipts;
mod role;
mod service;
mod start;
mod start_sealed;
mod title;

pub use conversation::{
    ConversationId, ConversationKind, ConversationOverview, Member, MemberPlace, Membership,
    NewConversation, Standing,
};
pub use list::{
    Activity, ConversationPage, ListConversationsError, Listed, StartedPage, ViewConversationError,
};
pub use markers::{Markers, MoveMarkerError, MovedMarkers};
pub use members::MemberPage;
pub use receipts::{MemberReceipts, ReceiptPage};
pub use role::Role;
pub use service::Conversations;
pub use start::{StartConversationError, Started};
pub(crate) use start::{draft, start};
pub(crate) use start_sealed::start_sealed;
pub use start_sealed::{StartSealedError, StartedSealed};
pub use title::{InvalidTitle, Title};
pub(crate) use title::{open_title, open_titles};
