//! `/v1/conversations/{id}/read-marker`, `/delivered-marker` and `/receipts`: how far members are.

use actix_web::{get, put, web};
use sealpost_domain::conversations::{ConversationId, Markers, MemberReceipts};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::conversations::UserView;
use crate::Services;
use crate::extract::{Authenticated, Json, PathId, Query};
use crate::openapi::{
    AuthProblems, BodyProblems, CONVERSATIONS, CommonProblems, PageProblems, UnknownId,
};
use crate::problem::Problem;
use crate::wire::{ListView, PageQuery, encode_cursor};

/// How far.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Marker {
    /// The `seq` of the last message that you mean. One past the end means the end.
    #[schema(example = 7, minimum = 0)]
    seq: u64,
}

/// Where your markers stand.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Markers)]
struct MarkersBody {
    /// The `seq` up to which you have read; 0 if nothing.
    #[schema(example = 7)]
    read_seq: u64,
    /// The `seq` up to which a device of yours has what was said; never less than what you have read.
    #[schema(example = 7)]
    delivered_seq: u64,
}

impl From<Markers> for MarkersBody {
    fn from(markers: Markers) -> Self {
        Self {
            read_seq: markers.read,
            delivered_seq: markers.delivered,
        }
    }
}

/// How far a member is.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Receipts)]
struct ReceiptsView {
    user: UserView,
    /// The `seq` up to which they have read; null if you may not know.
    #[schema(required, example = 7)]
    read_seq: Option<u64>,
    /// The `seq` up to which a device of theirs has what was said; null if you may not know.
    #[schema(required, example = 7)]
    delivered_seq: Option<u64>,
}

impl From<&MemberReceipts> for ReceiptsView {
    fn from(receipts: &MemberReceipts) -> Self {
        Self {
            user: UserView::new(receipts.account, &receipts.username),
            read_seq: receipts.markers.map(|markers| markers.read),
            delivered_seq: receipts.markers.map(|markers| markers.delivered),
        }
    }
}

/// Say how far you have read
///
/// The marker moves forward alone; what you have read you have as well. `unread_count` is counted from it. Others see it if
/// your settings say so (`send_receipts`).
#[utoipa::path(
    tag = CONVERSATIONS,
    security(("bearer" = [])),
    params(("id" = String, Path, format = "uuid", description = "Names the conversation")),
    request_body = Marker,
    responses(
        (status = 200, body = MarkersBody, description = "Where your markers stand now"),
        AuthProblems,
        UnknownId,
        BodyProblems,
        CommonProblems,
    ),
)]
#[put("/conversations/{id}/read-marker")]
pub(super) async fn mark_read(
    services: web::Data<Services>,
    Authenticated(actor): Authenticated,
    PathId(id): PathId<ConversationId>,
    body: Json<Marker>,
) -> Result<web::Json<MarkersBody>, Problem> {
    let conversations = &services.conversations;
    let markers = conversations.mark_read(&actor, id, body.0.seq).await?;
    Ok(web::Json(markers.into()))
}

/// Say how much a device of yours has
///
/// The marker moves forward alone, and others see it if your settings say so (`send_receipts`).
#[utoipa::path(
    tag = CONVERSATIONS,
    security(("bearer" = [])),
    params(("id" = String, Path, format = "uuid", description = "Names the conversation")),
    request_body = Marker,
    responses(
        (status = 200, body = MarkersBody, description = "Where your markers stand now"),
        AuthProblems,
        UnknownId,
        BodyProblems,
        CommonProblems,
    ),
)]
#[put("/conversations/{id}/delivered-marker")]
pub(super) async fn mark_delivered(
    services: web::Data<Services>,
    Authenticated(actor): Authenticated,
    PathId(id): PathId<ConversationId>,
    body: Json<Marker>,
) -> Result<web::Json<MarkersBody>, Problem> {
    let conversations = &services.conversations;
    let markers = conversations.mark_delivered(&actor, id, body.0.seq).await?;
    Ok(web::Json(markers.into()))
}

/// See how far the members are
///
/// You included. Who sends no receipts shows none, and sees none but their own; neither do two of whom one blocks the other.
#[utoipa::path(
    tag = CONVERSATIONS,
    security(("bearer" = [])),
    params(
        ("id" = String, Path, format = "uuid", description = "Names the conversation"),
        PageQuery,
    ),
    responses(
        (status = 200, body = ListView<ReceiptsView>, description = "Some of the members"),
        AuthProblems,
        PageProblems,
        UnknownId,
        CommonProblems,
    ),
)]
#[get("/conversations/{id}/receipts")]
pub(super) async fn list_receipts(
    services: web::Data<Services>,
    Authenticated(actor): Authenticated,
    PathId(id): PathId<ConversationId>,
    Query(query): Query<PageQuery>,
) -> Result<web::Json<ListView<ReceiptsView>>, Problem> {
    let after = query.cursor()?;
    let page = services
        .conversations
        .receipts(&actor, id, after, query.limit())
        .await?;
    Ok(web::Json(ListView {
        data: page.receipts.iter().map(ReceiptsView::from).collect(),
        next_cursor: page.next.map(encode_cursor),
    }))
}
