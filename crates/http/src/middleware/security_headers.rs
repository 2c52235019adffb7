//! Headers that keep browsers from doing more with an answer than it is meant for.

use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};

/// Answers of the API are data: they load nothing, are framed nowhere, and stay in no cache.
const DEFAULTS: [(HeaderName, &str); 4] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::CACHE_CONTROL, "no-store"),
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; frame-ancestors 'none'",
    ),
];

/// Adds what the handler has not said otherwise.
pub(super) fn add_missing(headers: &mut HeaderMap) {
    for (name, value) in DEFAULTS {
        if !headers.contains_key(&name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    }
}
