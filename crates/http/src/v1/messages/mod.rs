//! `/v1/conversations/{id}/messages`.

mod delete;
mod list;
mod query;
mod send;
mod view;

pub(super) use delete::delete_message;
pub(super) use list::list_messages;
pub(super) use send::{body_too_large, send_message};
pub(crate) use view::MessageView;
