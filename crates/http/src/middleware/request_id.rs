//! A name for each request: the caller's own if it is a plain one, else a new UUIDv7.

use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use uuid::Uuid;

use crate::Services;

pub(super) const HEADER: HeaderName = HeaderName::from_static("x-request-id");

/// The longest id that is taken from a caller.
const LONGEST: usize = 64;

/// The id of the request, which its answer, its log lines and its problem body carry.
pub(super) fn choose(headers: &HeaderMap, services: &Services) -> String {
    let mut given = headers.get_all(HEADER);
    match (given.next().and_then(plain), given.next()) {
        (Some(id), None) => id.to_owned(),
        _ => new(services).to_string(),
    }
}

/// Only characters that mean nothing to a log, a shell or a page.
fn plain(value: &HeaderValue) -> Option<&str> {
    let text = value.to_str().ok()?;
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    ((1..=LONGEST).contains(&text.len()) && text.bytes().all(is_plain)).then_some(text)
}

fn new(services: &Services) -> Uuid {
    let mut random = [0; 10];
    services.entropy.fill(&mut random);
    uuid::Builder::from_unix_timestamp_millis(services.clock.now().as_millis(), &random).into_uuid()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_ids_are_taken() {
        for (id, taken) in [
            ("a", true),
            ("Trace_1.2-3", true),
            (&*"x".repeat(64), true),
            (&*"x".repeat(65), false),
            ("", false),
            ("a b", false),
            ("a\"b", false),
            ("<script>", false),
        ] {
            let value = HeaderValue::from_str(id).unwrap();
            assert_eq!(plain(&value).is_some(), taken, "{id}");
        }
    }
}
