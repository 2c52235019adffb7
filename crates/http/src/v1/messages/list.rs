use actix_web::{get, web};
use sealpost_domain::conversations::ConversationId;

use super::MessageView;
use super::query::{MessagesQuery, to_cursor};
use crate::Services;
use crate::extract::{Authenticated, PathId, Query};
use crate::openapi::{AuthProblems, CommonProblems, MESSAGES, PageProblems, UnknownId};
use crate::problem::Problem;
use crate::wire::ListView;

/// Read a conversation
///
/// Newest first, or with `order=asc` oldest first.
#[utoipa::path(
    tag = MESSAGES,
    security(("bearer" = [])),
    params(
        ("id" = String, Path, format = "uuid", description = "Names the conversation"),
        MessagesQuery,
    ),
    responses(
        (status = 200, body = ListView<MessageView>, description = "Some of the conversation's messages"),
        AuthProblems,
        PageProblems,
        UnknownId,
        CommonProblems,
    ),
)]
#[get("/conversations/{id}/messages")]
pub(crate) async fn list_messages(
    services: web::Data<Services>,
    Authenticated(actor): Authenticated,
    PathId(conversation): PathId<ConversationId>,
    Query(query): Query<MessagesQuery>,
) -> Result<web::Json<ListView<MessageView>>, Problem> {
    let page = services
        .messages
        .list(&actor, conversation, query.reach()?, query.limit())
        .await?;
    Ok(web::Json(ListView {
        data: page.messages.iter().map(MessageView::from).collect(),
        next_cursor: page.next.map(to_cursor),
    }))
}
