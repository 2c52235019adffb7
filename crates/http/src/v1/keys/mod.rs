//! `/v1/me/keys`, `/v1/users/{name}/keys` and its history.

mod chain;
mod history;
mod list;
mod publish;
mod query;
mod revoke;
mod view;

pub(crate) use chain::LinkView;
pub(crate) use history::list_key_history;
pub(crate) use list::{list_keys_of, list_own_keys};
pub(crate) use publish::publish_key;
pub(crate) use revoke::revoke_key;
pub(crate) use view::KeyView;
