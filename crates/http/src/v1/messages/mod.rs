//! `/v1/conversations/{id}/messages`.

mod list;
mod query;
mod send;
mod view;

pub(super) use list::list_messages;
pub(super) use send::{body_too_large, send_message};
pub(crate) use view::MessageView;
