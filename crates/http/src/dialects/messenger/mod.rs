//! Dialect `messenger` (`/api/…`): end-to-end encrypted messages between RSA keys, Bearer JWT. What clients of the
//! original meet here stands in `docs/dialects/messenger.md`.
//!
//! A message's three opaque texts are one body of the domain (`envelope.rs`); what its receiver has not acknowledged is told on a
//! socket (`notifications.rs`). A password travels in RSA-OAEP under the data key (`data_key.rs`); `sealed.rs` takes it in.

mod ack;
mod asked;
mod auth;
mod data_key;
mod envelope;
mod errors;
mod get_messages;
mod login;
mod logout;
mod notifications;
mod refresh_token;
mod register;
mod sealed;
mod send_message;
mod start_conversation;
mod tokens;
mod update_settings;
mod values;

use crate::registration::Registration;

pub(super) use errors::say;
pub(crate) use errors::{Refusals, Said};

/// Belongs to the dialect `social`.
const NOT_OURS: &str = "/api/token/refresh";

/// Whether this path is the dialect's.
pub(super) fn owns(path: &str) -> bool {
    path.starts_with("/api/") && path.trim_end_matches('/') != NOT_OURS
}

pub(super) fn configure(config: &mut Registration<'_>) {
    config.scope("/api", |config| {
        config
            .service(data_key::messenger_data_key)
            .service(register::messenger_register)
            .service(login::messenger_login)
            .service(logout::messenger_logout)
            .service(refresh_token::messenger_refresh_token)
            .service(start_conversation::messenger_start_conversation)
            .service(send_message::messenger_send_message)
            .service(get_messages::messenger_get_messages)
            .service(ack::messenger_ack)
            .service(update_settings::messenger_update_settings)
            .service(notifications::messenger_notifications);
    });
}
