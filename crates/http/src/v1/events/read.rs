//! Events are read, once there are any.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, get};
use sealpost_domain::inbox::Offset;
use serde::Serialize;
use utoipa::{IntoResponses, ToSchema};

use super::query::EventsQuery;
use super::stream;
use crate::extract::{Authenticated, Query};
use crate::live::{Around, EventView, Poll};
use crate::middleware::Deadline;
use crate::openapi::{AuthProblems, CommonProblems, EVENTS, Responses, problems};
use crate::problem::Problem;

/// Some events.
#[derive(Serialize, ToSchema)]
#[schema(as = Events)]
struct EventsBody {
    /// This life of the log: random, and new after the database was restored.
    #[schema(example = "2b7e151628aed2a6")]
    epoch: String,
    /// In order and without a hole.
    events: Vec<EventView>,
    /// What to send as `after` to read on.
    #[schema(value_type = u64, example = 8)]
    next: Offset,
}

/// What only reading events answers.
struct Gap;

impl IntoResponses for Gap {
    fn responses() -> Responses {
        problems(&[
            (
                400,
                "invalid-query",
                "`invalid-query`; `invalid-last-event-id`; `duplicate-authorization`",
            ),
            (
                410,
                "events-gap",
                "`events-gap`: events after this offset are no longer kept, or the epoch is another one. The members \
                 `epoch`, `earliest` and `latest` say what is there: read what you need anew, then go on after `latest`",
            ),
            (
                429,
                "too-many-sockets",
                "`too-many-sockets`: as many streams and WebSockets as you may have",
            ),
        ])
    }
}

/// Read your events
///
/// Answers as soon as there is an event; with an empty list at the end of the wait, or when the server stops. Nothing
/// comes twice and nothing is passed over as long as each request sends the `next` of the answer before. The
/// WebSocket at `/v1/ws` shows the same events.
///
/// With `Accept: text/event-stream` they come as a stream that does not end: `id` is your cursor (`epoch:offset`), `event` the
/// type, `data` the event as in the list. `Last-Event-ID` goes on after that event. The page "Following events" of the
/// handbook says more.
#[utoipa::path(
    tag = EVENTS,
    security(("bearer" = [])),
    params(
        EventsQuery,
        ("Last-Event-ID" = Option<String>, Header, description = "For a stream: the `id` of the last event you have; goes before `after` and `epoch`"),
    ),
    responses(
        (
            status = 200, description = "The events after the offset, oldest first",
            content((EventsBody = "application/json"), (String = "text/event-stream")),
        ),
        AuthProblems,
        Gap,
        CommonProblems,
    ),
)]
#[get("/events")]
pub(crate) async fn read_events(
    request: HttpRequest,
    around: Around,
    Authenticated(actor): Authenticated,
    Query(query): Query<EventsQuery>,
) -> Result<HttpResponse, Problem> {
    if stream::is_wanted(request.headers()) {
        let from = stream::cursor(request.headers())?;
        let from = from.unwrap_or_else(|| query.into_beginning());
        return stream::answer(around, actor, from).await;
    }
    let poll = Poll::from(query);
    Deadline::of(&request).restart_after(poll.wait);
    let batch = poll.run(&around.services, &around.draining, actor).await?;
    let epoch = around.services.inbox.epoch().to_owned();
    Ok(HttpResponse::Ok()
        .insert_header((header::VARY, "accept"))
        .json(EventsBody {
            epoch,
            events: batch.events,
            next: batch.next,
        }))
}
