//! The same events as a stream.

use actix_web::HttpResponse;
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use sealpost_domain::sessions::Actor;

use crate::live::{Around, Beginning, EventStream, StreamFrom};
use crate::problem::Problem;
use crate::v1::ws::session_of;

/// The type of a stream of server-sent events.
pub(super) const MEDIA_TYPE: &str = "text/event-stream";
/// What a client of a stream has seen last.
const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");
/// Asks proxies (nginx and those that do as it does) to pass each event on at once.
const UNBUFFERED: (HeaderName, HeaderValue) = (
    HeaderName::from_static("x-accel-buffering"),
    HeaderValue::from_static("no"),
);

/// Whether the client asks for a stream by name.
pub(super) fn is_wanted(headers: &HeaderMap) -> bool {
    let mut ranges = headers
        .get_all(header::ACCEPT)
        .filter_map(|value| value.to_str().ok())
        .flat_map(|line| line.split(','));
    ranges.any(|range| {
        let mut parts = range.split(';').map(str::trim);
        let named = parts
            .next()
            .is_some_and(|name| name.eq_ignore_ascii_case(MEDIA_TYPE));
        named && !parts.any(|parameter| matches!(parameter, "q=0" | "q=0.0" | "q=0.00" | "q=0.000"))
    })
}

/// Where the client stands: what it has seen last, if it says so.
pub(super) fn cursor(headers: &HeaderMap) -> Result<Option<StreamFrom>, Problem> {
    let Some(id) = headers.get(LAST_EVENT_ID).filter(|id| !id.is_empty()) else {
        return Ok(None);
    };
    let parsed = id.to_str().ok().and_then(|id| id.split_once(':'));
    let parsed = parsed.and_then(|(epoch, offset)| Some((epoch, offset.parse().ok()?)));
    let (epoch, offset) = parsed.ok_or_else(|| {
        Problem::bad_request(
            "invalid-last-event-id",
            "Last-Event-ID is not an id of this stream",
        )
    })?;
    Ok(Some(StreamFrom {
        epoch: Some(epoch.to_owned()),
        beginning: Beginning::After(offset),
    }))
}

/// The stream of the caller's events.
pub(super) async fn answer(
    around: Around,
    actor: Actor,
    from: StreamFrom,
) -> Result<HttpResponse, Problem> {
    around.draining.refuse_long_stay()?;
    let seat = around.services.hub.take_seat(actor.account())?;
    let (actor, session) = session_of(&around.services, actor).await?;
    let stream = EventStream::open(around, (actor, &session), seat, from).await?;
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, MEDIA_TYPE))
        .insert_header((header::VARY, "accept"))
        .insert_header(UNBUFFERED)
        .streaming(stream.into_body()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(name: HeaderName, value: &'static str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(name, HeaderValue::from_static(value));
        headers
    }

    #[test]
    fn a_stream_is_given_to_who_names_it() {
        for (accept, wanted) in [
            ("text/event-stream", true),
            ("text/html, Text/Event-Stream;q=0.5", true),
            ("*/*", false),
            ("text/*", false),
            ("application/json", false),
            ("text/event-stream; q=0", false),
            ("", false),
        ] {
            assert_eq!(
                is_wanted(&headers(header::ACCEPT, accept)),
                wanted,
                "{accept}"
            );
        }
        assert!(!is_wanted(&HeaderMap::new()));
    }

    #[test]
    fn an_id_names_a_life_of_the_log_and_a_place_in_it() {
        let found = cursor(&headers(LAST_EVENT_ID, "e1:7")).unwrap();
        assert_eq!(
            found,
            Some(StreamFrom {
                epoch: Some("e1".to_owned()),
                beginning: Beginning::After(7),
            })
        );
        assert_eq!(cursor(&headers(LAST_EVENT_ID, "")).unwrap(), None);
        for wrong in ["7", "e1:", "e1:x", "e1:-1", ":"] {
            assert!(cursor(&headers(LAST_EVENT_ID, wrong)).is_err(), "{wrong}");
        }
    }
}
