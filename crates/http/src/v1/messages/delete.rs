use actix_web::{HttpResponse, delete, web};
use sealpost_domain::conversations::ConversationId;
use sealpost_domain::messages::MessageId;

use crate::Services;
use crate::extract::{Authenticated, PathIds};
use crate::openapi::{AuthProblems, CommonProblems, MESSAGES, UnknownId};
use crate::problem::Problem;

/// Delete a message for everyone
///
/// What it said, the time its sender's clock said, and the files that came with it are gone at once, for every member; its
/// place stays, and every member hears of it (`message.deleted`). For its sender. Again is as once.
#[utoipa::path(
    tag = MESSAGES,
    security(("bearer" = [])),
    params(
        ("id" = String, Path, format = "uuid", description = "Names the conversation"),
        ("message_id" = String, Path, format = "uuid", description = "Names the message"),
    ),
    responses(
        (status = 204, description = "The message is deleted, now or before"),
        AuthProblems,
        UnknownId,
        CommonProblems,
    ),
)]
#[delete("/conversations/{id}/messages/{message_id}")]
pub(crate) async fn delete_message(
    services: web::Data<Services>,
    Authenticated(actor): Authenticated,
    PathIds(conversation, message): PathIds<ConversationId, MessageId>,
) -> Result<HttpResponse, Problem> {
    let messages = &services.messages;
    messages.delete(&actor, conversation, message).await?;
    Ok(HttpResponse::NoContent().finish())
}
