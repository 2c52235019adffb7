//! `/v1/me/factors`: second factors.

mod change;
mod list;
mod totp;
mod view;

pub(super) use change::{
    disable_email_code, disable_totp, enable_email_code, replace_recovery_codes,
};
pub(super) use list::list_factors;
pub(super) use totp::{begin_totp, confirm_totp};
