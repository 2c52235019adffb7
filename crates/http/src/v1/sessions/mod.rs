//! `/v1/sessions`: opening, refreshing, listing and ending them.

mod end;
mod factors;
mod list;
mod open;
mod refresh;
mod tokens;

pub(super) use end::{end_current_session, end_session};
pub(super) use factors::complete_session;
pub(super) use list::{SessionBody, list_sessions};
pub(super) use open::{open_session, second_factor_required};
pub(super) use refresh::refresh_session;
pub(super) use tokens::OpenedSessionBody;
