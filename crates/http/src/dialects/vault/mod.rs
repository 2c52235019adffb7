//! Dialect `vault` (document 004): an encrypted file store. What clients of the original meet here stands in
//! `docs/dialects/vault.md`.

mod errors;

use utoipa_actix_web::service_config::ServiceConfig;

pub(super) use errors::say;

const ROUTES: [&str; 4] = ["/registration", "/login", "/test_login", "/load"];
const PREFIXES: [&str; 2] = ["/download/", "/get_crypto_key/"];

/// Whether this path is the dialect's.
pub(super) fn owns(path: &str) -> bool {
    super::is_one_of(path, &ROUTES) || PREFIXES.iter().any(|prefix| path.starts_with(prefix))
}

pub(super) const fn configure(_: &mut ServiceConfig<'_>) {}
