//! Dialect `mailbox` (document 003): messages that wait until they are fetched. What clients of the original meet here stands in
//! `docs/dialects/mailbox.md`.

mod errors;

use utoipa_actix_web::service_config::ServiceConfig;

pub(super) use errors::say;

const ROUTES: [&str; 11] = [
    "/create_user",
    "/authenticate",
    "/upload_message",
    "/download_messages",
    "/get_public_key",
    "/delete_user",
    "/reset_password",
    "/reset_public_key",
    "/upload_avatar",
    "/delete_avatar",
    "/get_avatar",
];

/// Whether this path is the dialect's.
pub(super) fn owns(path: &str) -> bool {
    super::is_one_of(path, &ROUTES)
}

pub(super) const fn configure(_: &mut ServiceConfig<'_>) {}
