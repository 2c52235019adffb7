//! Dialect `mailbox` (document 003): messages that wait until they are fetched. What clients of the original meet here stands in
//! `docs/dialects/mailbox.md`.
//!
//! Each route takes GET as well as POST, with the same input. Who is logged in shows it by two cookies (`caller.rs`), except to
//! `/upload_message`, where the session stands in the body.

mod authenticate;
mod caller;
mod cookies;
mod create_user;
mod cross_site;
mod delete_avatar;
mod delete_user;
mod delivery_body;
mod download_messages;
mod errors;
mod get_avatar;
mod get_public_key;
mod multipart;
mod reset_password;
mod reset_public_key;
mod upload_avatar;
mod upload_message;

use crate::registration::Registration;

pub(super) use errors::say;
pub(crate) use errors::{Refusals, Said};

/// What a route answers that has nothing to tell.
const OK: &str = "OK";

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

pub(super) fn configure(config: &mut Registration<'_>) {
    config
        .service(create_user::mailbox_create_user)
        .service(authenticate::mailbox_authenticate)
        .service(upload_message::mailbox_upload_message)
        .service(download_messages::mailbox_download_messages)
        .service(get_public_key::mailbox_get_public_key)
        .service(delete_user::mailbox_delete_user)
        .service(reset_password::mailbox_reset_password)
        .service(reset_public_key::mailbox_reset_public_key)
        .service(upload_avatar::mailbox_upload_avatar)
        .service(delete_avatar::mailbox_delete_avatar)
        .service(get_avatar::mailbox_get_avatar);
}
