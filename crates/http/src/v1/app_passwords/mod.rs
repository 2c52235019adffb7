//! `/v1/me/app-passwords`: passwords for one program each.

mod create;
mod list;
mod revoke;
mod view;

pub(super) use create::create_app_password;
pub(super) use list::list_app_passwords;
pub(super) use revoke::revoke_app_password;
pub(super) use view::AppPasswordBody;
