//! Dialect `vault` (document 004): an encrypted file store. What clients of the original meet here stands in
//! `docs/dialects/vault.md`.
//!
//! Credentials and tokens travel in headers of the document's own (`headers.rs`, `credentials.rs`, `auth.rs`); answers are
//! plain text. A file comes back as a Fernet token, whose key is for its owner alone.

mod auth;
mod credentials;
mod crypto_key;
mod download;
mod errors;
mod file_id;
mod headers;
mod load;
mod login;
mod page;
mod registration;
mod test_login;

use crate::registration::Registration;

pub(super) use errors::say;
pub(crate) use errors::{Refusals, SaidText};

/// The last two need an id behind them; without one the dialect says so.
const ROUTES: [&str; 6] = [
    "/registration",
    "/login",
    "/test_login",
    "/load",
    "/download",
    "/get_crypto_key",
];
const PREFIXES: [&str; 2] = ["/download/", "/get_crypto_key/"];

/// Whether this path is the dialect's.
pub(super) fn owns(path: &str) -> bool {
    super::is_one_of(path, &ROUTES) || PREFIXES.iter().any(|prefix| path.starts_with(prefix))
}

pub(super) fn configure(config: &mut Registration<'_>) {
    config
        .service(registration::vault_registration)
        .service(login::vault_login)
        .service(test_login::vault_test_login)
        .service(load::vault_load)
        .service(download::vault_download)
        .service(crypto_key::vault_get_crypto_key);
}
