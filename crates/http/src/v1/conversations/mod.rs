//! `/v1/conversations`.

mod change;
mod list;
mod members;
mod start;
mod view;

pub(super) use change::change_conversation;
pub(super) use list::{list_conversations, view_conversation};
pub(super) use members::{add_member, appoint_member, list_members, remove_member};
pub(super) use start::start_conversation;
pub(crate) use view::{ConversationView, RoleView, UserView};
