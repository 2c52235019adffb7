//! Events are read, once there are any.

use actix_web::{HttpRequest, get, web};
use sealpost_domain::inbox::Offset;
use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::{IntoResponses, ToSchema};

use super::query::EventsQuery;
use crate::Services;
use crate::extract::{Authenticated, Query};
use crate::live::{EventView, Poll};
use crate::middleware::Deadline;
use crate::openapi::{AuthProblems, CommonProblems, EVENTS, Responses, problems};
use crate::problem::Problem;
use crate::readiness::Draining;

/// Some events.
#[derive(Serialize, ToSchema)]
#[schema(as = Events)]
struct EventsBody {
    /// This life of the log: random, and new after the database was restored.
    #[schema(example = "2b7e151628aed2a6")]
    epoch: String,
    /// In order and without a hole.
    #[schema(value_type = Vec<EventView>)]
    events: Vec<Box<RawValue>>,
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
                "`invalid-query`; `duplicate-authorization`",
            ),
            (
                410,
                "events-gap",
                "`events-gap`: events after this offset are no longer kept, or the epoch is another one. The members \
                 `epoch`, `earliest` and `latest` say what is there: read what you need anew, then go on after `latest`",
            ),
        ])
    }
}

/// Read your events
///
/// Answers as soon as there is an event; with an empty list at the end of the wait, or when the server stops. Nothing
/// comes twice and nothing is passed over as long as each request sends the `next` of the answer before. The
/// WebSocket at `/v1/ws` shows the same events.
#[utoipa::path(
    tag = EVENTS,
    security(("bearer" = [])),
    params(EventsQuery),
    responses(
        (status = 200, body = EventsBody, description = "The events after the offset, oldest first"),
        AuthProblems,
        Gap,
        CommonProblems,
    ),
)]
#[get("/events")]
pub(crate) async fn read_events(
    request: HttpRequest,
    services: web::Data<Services>,
    draining: web::Data<Draining>,
    Authenticated(actor): Authenticated,
    Query(query): Query<EventsQuery>,
) -> Result<web::Json<EventsBody>, Problem> {
    let poll = Poll::from(query);
    Deadline::of(&request).restart_after(poll.wait);
    let batch = poll.run(&services, &draining, actor).await?;
    let epoch = services.inbox.epoch().to_owned();
    Ok(web::Json(EventsBody {
        epoch,
        events: batch.events,
        next: batch.next,
    }))
}
