//! Dialect `messenger` (`/api/…`): end-to-end encrypted messages between RSA keys, Bearer JWT. What clients of the
//! original meet here stands in `docs/dialects/messenger.md`.
//!
//! A password travels in RSA-OAEP under the data key (`data_key.rs`); `sealed.rs` takes it in.

mod auth;
mod data_key;
mod errors;
mod login;
mod register;
mod sealed;
mod start_conversation;
mod tokens;
mod values;

use utoipa_actix_web::scope;
use utoipa_actix_web::service_config::ServiceConfig;

pub(super) use errors::say;
pub(crate) use errors::{Refusals, Said};

/// Belongs to the dialect `social`.
const NOT_OURS: &str = "/api/token/refresh";

/// Whether this path is the dialect's.
pub(super) fn owns(path: &str) -> bool {
    path.starts_with("/api/") && path.trim_end_matches('/') != NOT_OURS
}

pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    config.service(
        scope("/api")
            .service(data_key::messenger_data_key)
            .service(register::messenger_register)
            .service(login::messenger_login)
            .service(start_conversation::messenger_start_conversation),
    );
}
