use actix_web::{get, web};
use sealpost_domain::conversations::ConversationId;
use sealpost_domain::messages::{Message, Reach};
use serde::Serialize;
use utoipa::ToSchema;

use super::MessageView;
use super::query::{MessagesQuery, Stretch, to_cursor};
use crate::Services;
use crate::extract::{Authenticated, PathId, Query};
use crate::openapi::{AuthProblems, CommonProblems, MESSAGES, PageProblems, UnknownId};
use crate::problem::Problem;
use crate::wire::LargeJson;

/// A stretch of a conversation.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MessageList)]
struct MessagesBody {
    /// In the order that was asked for.
    data: Vec<MessageView>,
    /// What to send as `cursor` for the next stretch; null at the end.
    #[schema(required, example = "YzEuYmVmb3JlOjM")]
    next_cursor: Option<String>,
    /// Of a stretch around something, what to send as `cursor` for what comes before `data`: from there on in the other
    /// direction. Null if there is nothing, and for every other stretch.
    #[schema(required, example = "YzEuYWZ0ZXI6Nw")]
    prev_cursor: Option<String>,
}

impl MessagesBody {
    fn new(messages: &[Message], next: Option<Reach>, previous: Option<Reach>) -> Self {
        Self {
            data: messages.iter().map(MessageView::from).collect(),
            next_cursor: next.map(to_cursor),
            prev_cursor: previous.map(to_cursor),
        }
    }

    fn answer(self) -> LargeJson<Self> {
        LargeJson {
            expected: self.data.iter().map(MessageView::expected_length).sum(),
            body: self,
        }
    }
}

/// Read a conversation
///
/// Newest first, or with `order=asc` oldest first. A message that was deleted, or whose time is over, keeps its place: its
/// `body` is null and `deleted_at` is set. With `around`, what lies around a message: `next_cursor` goes on behind the last one
/// and `prev_cursor` before the first, each in its own direction.
#[utoipa::path(
    tag = MESSAGES,
    security(("bearer" = [])),
    params(
        ("id" = String, Path, format = "uuid", description = "Names the conversation"),
        MessagesQuery,
    ),
    responses(
        (status = 200, body = MessagesBody, description = "Some of the conversation's messages"),
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
) -> Result<LargeJson<MessagesBody>, Problem> {
    let messages = &services.messages;
    let limit = query.limit();
    let body = match query.stretch()? {
        Stretch::Reach(reach) => {
            let page = messages.list(&actor, conversation, reach, limit).await?;
            MessagesBody::new(&page.messages, page.next, None)
        }
        Stretch::Around(anchor) => {
            let window = messages.around(&actor, conversation, anchor, limit).await?;
            let (mut found, older, newer) = (window.messages, window.older, window.newer);
            if query.is_ascending() {
                MessagesBody::new(&found, newer, older)
            } else {
                found.reverse();
                MessagesBody::new(&found, older, newer)
            }
        }
    };
    Ok(body.answer())
}
