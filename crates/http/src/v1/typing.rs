//! Somebody is writing.

use actix_web::{HttpResponse, post, web};
use sealpost_domain::conversations::ConversationId;
use utoipa::IntoResponses;

use crate::Services;
use crate::extract::{Authenticated, PathId};
use crate::limits::{Limits, Spent};
use crate::openapi::{AuthProblems, CONVERSATIONS, CommonProblems, Responses, UnknownId, problems};
use crate::problem::Problem;

/// What only this route answers.
struct TooOften;

impl IntoResponses for TooOften {
    fn responses() -> Responses {
        problems(&[(
            429,
            "too-many-requests",
            "`too-many-requests`: 60 a minute, in all conversations together",
        )])
    }
}

/// Say that you are writing
///
/// The other members hear it as a signal, if they follow their events at the moment; nothing is stored. It holds for ten
/// seconds: say it again every few seconds while you go on. A WebSocket takes it too, as
/// `{"type":"typing","conversation":…}`.
#[utoipa::path(
    tag = CONVERSATIONS,
    security(("bearer" = [])),
    params(("id" = String, Path, format = "uuid", description = "Names the conversation")),
    responses(
        (status = 204, description = "Whoever looks has been told"),
        AuthProblems,
        UnknownId,
        TooOften,
        CommonProblems,
    ),
)]
#[post("/conversations/{id}/typing")]
pub(super) async fn tell_typing(
    services: web::Data<Services>,
    limits: web::Data<Limits>,
    Authenticated(actor): Authenticated,
    PathId(conversation): PathId<ConversationId>,
) -> Result<HttpResponse, Problem> {
    limits.spend(Spent::Typing, actor.account())?;
    services.typing.tell(&actor, conversation).await?;
    Ok(HttpResponse::NoContent().finish())
}
