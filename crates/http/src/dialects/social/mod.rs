//! Dialect `social` (document 002): friends, presence, a mailed second step, live chat. What clients of the original meet here
//! stands in `docs/dialects/social.md`.

mod errors;

use utoipa_actix_web::service_config::ServiceConfig;

pub(super) use errors::say;

const PREFIXES: [&str; 6] = [
    "/auth/",
    "/twofa/",
    "/users/",
    "/oauth/",
    "/conversations/",
    "/ws/chat/",
];
const ROUTES: [&str; 2] = ["/conversations", "/api/token/refresh"];

/// Whether this path is the dialect's.
pub(super) fn owns(path: &str) -> bool {
    super::is_one_of(path, &ROUTES) || PREFIXES.iter().any(|prefix| path.starts_with(prefix))
}

pub(super) const fn configure(_: &mut ServiceConfig<'_>) {}
