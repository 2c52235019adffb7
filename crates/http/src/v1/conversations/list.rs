use actix_web::{HttpResponse, get, web};
use sealpost_domain::conversations::ConversationId;

use super::view::{ConversationView, tagged};
use crate::Services;
use crate::extract::{Authenticated, PathId, Query};
use crate::openapi::{AuthProblems, CONVERSATIONS, CommonProblems, PageProblems, UnknownId};
use crate::problem::Problem;
use crate::wire::{ListView, PageQuery, encode_cursor};

/// See your conversations
///
/// Newest first.
#[utoipa::path(
    tag = CONVERSATIONS,
    security(("bearer" = [])),
    params(PageQuery),
    responses(
        (status = 200, body = ListView<ConversationView>, description = "Some of your conversations"),
        AuthProblems,
        PageProblems,
        CommonProblems,
    ),
)]
#[get("/conversations")]
pub(crate) async fn list_conversations(
    services: web::Data<Services>,
    Authenticated(actor): Authenticated,
    Query(query): Query<PageQuery>,
) -> Result<web::Json<ListView<ConversationView>>, Problem> {
    let before = query.cursor()?;
    let page = services
        .conversations
        .list(&actor, before, query.limit())
        .await?;
    Ok(web::Json(ListView {
        data: page
            .conversations
            .iter()
            .map(ConversationView::from)
            .collect(),
        next_cursor: page.next.map(encode_cursor),
    }))
}

/// See one of your conversations
///
/// Its `ETag` is for changing it: it changes with the title and with whether history is shown, and not with messages and
/// members.
#[utoipa::path(
    tag = CONVERSATIONS,
    security(("bearer" = [])),
    params(("id" = String, Path, format = "uuid", description = "Names the conversation")),
    responses(
        (
            status = 200, body = ConversationView, description = "The conversation",
            headers(("etag" = String, description = "Changes with its title and with whether it shows its history")),
        ),
        AuthProblems,
        UnknownId,
        CommonProblems,
    ),
)]
#[get("/conversations/{id}")]
pub(crate) async fn view_conversation(
    services: web::Data<Services>,
    Authenticated(actor): Authenticated,
    PathId(id): PathId<ConversationId>,
) -> Result<HttpResponse, Problem> {
    Ok(tagged(&services.conversations.view(&actor, id).await?))
}
