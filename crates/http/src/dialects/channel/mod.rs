//! Dialect `channel` (document 001): every request inside a rotating session. What clients of the original meet here stands in
//! `docs/dialects/channel.md`.
//!
//! A request's fields are opened, and its answer is sealed, in `envelope.rs`. Whatever becomes of the request, the answer
//! carries the keys for the next one; what is refused, and how it is told, stands in `errors.rs`.

mod change_password;
mod change_username;
mod confirm_forgot_password;
mod create_session_key;
mod decrypt;
mod encrypt;
mod envelope;
mod errors;
mod field;
mod final_forgot_password;
mod forgot_password;
mod login_user;
mod register_user;
mod values;

use crate::registration::Registration;

pub(crate) use envelope::Refused;
pub(crate) use errors::Text;
pub(super) use errors::say;

const ROUTES: [&str; 9] = [
    "/create_session_key",
    "/register_user",
    "/login_user",
    "/decrypt",
    "/change_username",
    "/change_password",
    "/forgot_password",
    "/confirm_forgot_password",
    "/final_forgot_password",
];

/// Whether this path is the dialect's.
pub(super) fn owns(path: &str) -> bool {
    super::is_one_of(path, &ROUTES) || path.starts_with("/encrypt/")
}

pub(super) fn configure(config: &mut Registration<'_>) {
    config
        .service(create_session_key::channel_create_session_key)
        .service(register_user::channel_register_user)
        .service(login_user::channel_login_user)
        .service(encrypt::channel_encrypt)
        .service(decrypt::channel_decrypt)
        .service(change_username::channel_change_username)
        .service(change_password::channel_change_password)
        .service(forgot_password::channel_forgot_password)
        .service(confirm_forgot_password::channel_confirm_forgot_password)
        .service(final_forgot_password::channel_final_forgot_password);
}
