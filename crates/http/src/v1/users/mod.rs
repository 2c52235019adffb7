//! `/v1/users`: the directory, and what is left for a user.

mod mailbox;
mod profile;
mod query;
mod search;
mod view;

pub(super) use mailbox::leave_envelope;
use profile::ProfileView;
pub(super) use search::search_users;
pub(super) use view::view_user;

/// What is told of the limit.
const TOO_MANY: &str =
    "`too-many-requests`: you have looked up too many users; 1000 an hour, each one shown counts";
