//! A device says how far it has read.

use actix_web::{post, web};
use sealpost_domain::inbox::Offset;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Services;
use crate::extract::{Authenticated, Json};
use crate::openapi::{AuthProblems, BodyProblems, CommonProblems, EVENTS};
use crate::problem::Problem;

/// How far a device has read.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Mark)]
struct MarkBody {
    /// Nothing up to and including this offset is needed again.
    #[schema(value_type = u64, example = 8)]
    offset: Offset,
}

/// Say how far you have read
///
/// For this session alone: each device has its own mark. It only moves forward, and never past the last event; the
/// answer says where it stands.
#[utoipa::path(
    tag = EVENTS,
    security(("bearer" = [])),
    request_body = MarkBody,
    responses(
        (status = 200, body = MarkBody, description = "Where the mark stands"),
        AuthProblems,
        BodyProblems,
        CommonProblems,
    ),
)]
#[post("/events/ack")]
pub(crate) async fn acknowledge_events(
    services: web::Data<Services>,
    Authenticated(actor): Authenticated,
    body: Json<MarkBody>,
) -> Result<web::Json<MarkBody>, Problem> {
    let offset = services.inbox.acknowledge(&actor, body.0.offset).await?;
    Ok(web::Json(MarkBody { offset }))
}
