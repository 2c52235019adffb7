//! Dialect `channel` (document 001): every request inside a rotating session. What clients of the original meet here stands in
//! `docs/dialects/channel.md`.

mod errors;

use utoipa_actix_web::service_config::ServiceConfig;

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

pub(super) const fn configure(_: &mut ServiceConfig<'_>) {}
