//! `/v1/conversations`.

use actix_web::http::header;
use actix_web::middleware::from_fn;
use actix_web::{HttpResponse, get, post, web};
use sealpost_domain::accounts::{AccountId, Username};
use sealpost_domain::conversations::{ConversationId, ConversationOverview, Member};
use serde::{Deserialize, Serialize};
use utoipa::{IntoResponses, ToSchema};

use crate::Services;
use crate::extract::{Authenticated, Json, PathId, Query};
use crate::idempotency::{IdempotencyKeyHeader, idempotent};
use crate::limits::{Limits, Spent};
use crate::openapi::{
    AuthProblems, BodyProblems, CONVERSATIONS, CommonProblems, PageProblems, Responses, UnknownId,
    problems,
};
use crate::problem::{FieldErrors, Problem};
use crate::wire::{ListView, PageQuery, WireTime, encode_cursor};

/// With whom to talk.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewConversation {
    /// The other one's username, in any case.
    #[schema(example = "bob", min_length = 1, max_length = 32)]
    username: String,
}

impl TryFrom<NewConversation> for Username {
    type Error = Problem;

    fn try_from(new: NewConversation) -> Result<Self, Problem> {
        let mut errors = FieldErrors::default();
        let username = errors.check("username", Self::parse(&new.username));
        username.ok_or_else(|| errors.into_problem())
    }
}

/// An account as others see it.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = User)]
pub(crate) struct UserView {
    /// Names the account for ever.
    #[schema(format = "uuid", example = "019aa6b0-7c3a-7d52-9a5e-0242ac120002")]
    id: String,
    /// As its owner wrote it.
    #[schema(example = "alice")]
    username: String,
}

impl UserView {
    pub(crate) fn new(id: AccountId, username: &Username) -> Self {
        Self {
            id: id.to_string(),
            username: username.to_string(),
        }
    }
}

impl From<&Member> for UserView {
    fn from(member: &Member) -> Self {
        Self::new(member.account, &member.username)
    }
}

/// A conversation.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Conversation)]
pub(crate) struct ConversationView {
    /// Names the conversation.
    #[schema(format = "uuid", example = "019aa6b0-7c3a-7d52-9a5e-0242ac120003")]
    id: String,
    /// Who is in it, you included, by username.
    members: Vec<UserView>,
    /// RFC 3339, UTC, with milliseconds.
    #[schema(value_type = String, format = "date-time", example = "2026-11-21T13:04:05.678Z")]
    created_at: WireTime,
    /// The `seq` of the last message; 0 if there is none.
    #[schema(example = 7)]
    last_seq: u64,
}

impl From<&ConversationOverview> for ConversationView {
    fn from(conversation: &ConversationOverview) -> Self {
        Self {
            id: conversation.id.to_string(),
            members: conversation.members.iter().map(UserView::from).collect(),
            created_at: WireTime(conversation.created_at),
            last_seq: conversation.last_seq,
        }
    }
}

/// What only this route answers.
struct StartRefusals;

impl IntoResponses for StartRefusals {
    fn responses() -> Responses {
        problems(&[
            (
                403,
                "takes-no-messages",
                "`takes-no-messages`: this user takes no messages from you. `user-blocked`: you have blocked them",
            ),
            (
                404,
                "not-found",
                "`not-found`: nobody has this username, as far as you may know",
            ),
            (
                429,
                "too-many-requests",
                "`too-many-requests`: you have looked up too many users",
            ),
        ])
    }
}

/// Start a conversation
///
/// A pair has one conversation, whoever starts it and however often: 201 if it is new, 200 if it was there.
#[utoipa::path(
    tag = CONVERSATIONS,
    security(("bearer" = [])),
    params(IdempotencyKeyHeader),
    request_body = NewConversation,
    responses(
        (
            status = 201, body = ConversationView, description = "The conversation is new",
            headers(("location" = String, description = "Where it is found")),
        ),
        (status = 200, body = ConversationView, description = "The two had one already"),
        StartRefusals,
        AuthProblems,
        BodyProblems,
        CommonProblems,
    ),
)]
#[post("/conversations", wrap = "from_fn(idempotent)")]
pub(super) async fn start_conversation(
    services: web::Data<Services>,
    limits: web::Data<Limits>,
    Authenticated(actor): Authenticated,
    body: Json<NewConversation>,
) -> Result<HttpResponse, Problem> {
    let username = body.0.try_into()?;
    limits.spend(Spent::LookUp, actor.account())?;
    let started = services.conversations.start(&actor, username).await?;
    let view = ConversationView::from(&started.conversation);
    if !started.created {
        return Ok(HttpResponse::Ok().json(view));
    }
    let location = format!("/v1/conversations/{}", view.id);
    Ok(HttpResponse::Created()
        .insert_header((header::LOCATION, location))
        .json(view))
}

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
pub(super) async fn list_conversations(
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
#[utoipa::path(
    tag = CONVERSATIONS,
    security(("bearer" = [])),
    params(("id" = String, Path, format = "uuid", description = "Names the conversation")),
    responses(
        (status = 200, body = ConversationView, description = "The conversation"),
        AuthProblems,
        UnknownId,
        CommonProblems,
    ),
)]
#[get("/conversations/{id}")]
pub(super) async fn view_conversation(
    services: web::Data<Services>,
    Authenticated(actor): Authenticated,
    PathId(id): PathId<ConversationId>,
) -> Result<web::Json<ConversationView>, Problem> {
    let conversation = services.conversations.view(&actor, id).await?;
    Ok(web::Json(ConversationView::from(&conversation)))
}
