use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpResponse, get, post, web};
use sealpost_domain::accounts::Username;
use sealpost_domain::chats::{Chat, ChatMessage, ChatNumber, StartChatError, StartedChat};
use sealpost_domain::conversations::StartConversationError;
use sealpost_domain::{DomainError as _, ErrorKind};
use serde::Serialize;
use utoipa::{IntoResponses, ToSchema};

use super::Refusals;
use super::auth::Caller;
use super::errors::{AuthRefusals, not_started, refusals};
use super::input::Input;
use super::people::UserBody;
use super::users::TRUNCATED;
use crate::Services;
use crate::limits::{Limits, Spent};
use crate::media::attachment_path;
use crate::openapi::{Responses, SOCIAL};
use crate::problem::{FieldErrors, Problem};
use crate::wire::WireTime;

/// What somebody said.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SocialMessage)]
pub(crate) struct MessageBody {
    /// Its number in the conversation, which rises.
    #[schema(example = 7)]
    id: u64,
    #[schema(example = "Kaixo!")]
    text: String,
    /// Where the file is that came with it, on this server; for the two of you.
    #[schema(example = "/media/attachments/019aa6b0-7c3a-7d52-9a5e-0242ac120002.png")]
    attachment: Option<String>,
    /// When the server took it.
    #[schema(value_type = String, format = "date-time", example = "2026-11-21T13:04:05.678Z")]
    timestamp: WireTime,
    /// The username of whoever said it.
    #[schema(example = "jimenetz")]
    sender: String,
}

impl From<&ChatMessage> for MessageBody {
    fn from(message: &ChatMessage) -> Self {
        Self {
            id: message.seq,
            text: message.text.clone(),
            attachment: message.attachment.as_ref().map(attachment_path),
            timestamp: WireTime(message.created_at),
            sender: message.sender.as_str().to_owned(),
        }
    }
}

/// A conversation that has begun.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SocialStarted)]
struct Started {
    /// Names the conversation.
    #[schema(example = 4)]
    conversation_id: u64,
    initiator: UserBody,
    receiver: UserBody,
}

impl From<&StartedChat> for Started {
    fn from(started: &StartedChat) -> Self {
        Self {
            conversation_id: started.number.get(),
            initiator: UserBody::from(&started.initiator),
            receiver: UserBody::from(&started.receiver),
        }
    }
}

/// A conversation in a list.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SocialListedConversation)]
struct Listed {
    /// Names the conversation.
    #[schema(example = 4)]
    conversation_id: u64,
    initiator: UserBody,
    receiver: UserBody,
    last_message: Option<MessageBody>,
}

impl From<&Chat> for Listed {
    fn from(chat: &Chat) -> Self {
        Self {
            conversation_id: chat.number.get(),
            initiator: UserBody::from(&chat.initiator),
            receiver: UserBody::from(&chat.receiver),
            last_message: chat.messages.first().map(MessageBody::from),
        }
    }
}

/// A conversation with its messages.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SocialConversation)]
struct Whole {
    initiator: UserBody,
    receiver: UserBody,
    /// Newest first, 200 at most.
    message_set: Vec<MessageBody>,
}

impl From<&Chat> for Whole {
    fn from(chat: &Chat) -> Self {
        Self {
            initiator: UserBody::from(&chat.initiator),
            receiver: UserBody::from(&chat.receiver),
            message_set: chat.messages.iter().map(MessageBody::from).collect(),
        }
    }
}

/// With whom.
#[derive(ToSchema)]
#[schema(as = SocialStart)]
#[expect(dead_code, reason = "describes what `Input` reads")]
struct Request {
    #[schema(example = "manoli")]
    username: String,
}

/// What only this route answers.
struct NotStarted;

impl IntoResponses for NotStarted {
    fn responses() -> Responses {
        refusals(&[
            (
                403,
                "They take no messages from you, or you have blocked them: `{\"message\"}`",
            ),
            (404, "There is no such user: `{\"message\"}`"),
        ])
    }
}

/// Start a conversation
///
/// With somebody who is connected. The two of you have one, whoever starts it and however often.
#[utoipa::path(
    tag = SOCIAL,
    security(("bearer" = [])),
    request_body(content(
        (Request = "application/json"),
        (Request = "application/x-www-form-urlencoded"),
        (Request = "multipart/form-data"),
    )),
    responses((status = 200, body = Started, description = "The conversation"), NotStarted, AuthRefusals, Refusals),
)]
#[post("/conversations/start/")]
pub(super) async fn social_start(
    services: web::Data<Services>,
    limits: web::Data<Limits>,
    Caller(actor): Caller,
    mut input: Input,
) -> Result<web::Json<Started>, Problem> {
    let mut errors = FieldErrors::default();
    let username = input.required("username", &mut errors);
    let username = username.ok_or_else(|| errors.into_problem())?;
    limits.spend(Spent::LookUp, actor.account())?;
    // Nobody can have a name that is no username.
    let username = Username::parse(username.expose()).map_err(|_| unknown())?;
    let started = services.chats.start(&actor, username).await;
    let started = started.map_err(refuse)?;
    Ok(web::Json(Started::from(&started)))
}

fn refuse(error: StartChatError) -> Problem {
    match &error {
        StartChatError::NotConnected => {
            not_started(StatusCode::BAD_REQUEST, "User is not connected")
        }
        StartChatError::Start(StartConversationError::WithOneself) => {
            not_started(StatusCode::BAD_REQUEST, "You cannot chat with yourself")
        }
        StartChatError::Start(StartConversationError::UnknownUser) => unknown(),
        _ if error.kind() == ErrorKind::Forbidden => {
            not_started(StatusCode::FORBIDDEN, error.to_string())
        }
        _ => error.into(),
    }
}

fn unknown() -> Problem {
    not_started(StatusCode::NOT_FOUND, "User does not exist")
}

/// See your conversations
///
/// Newest first, each with its last message; 200 at most (`X-Truncated: true` says that there are more).
#[utoipa::path(
    tag = SOCIAL,
    security(("bearer" = [])),
    responses((status = 200, body = Vec<Listed>, description = "Your conversations"), AuthRefusals, Refusals),
)]
#[get("/conversations/")]
pub(super) async fn social_conversations(
    services: web::Data<Services>,
    Caller(actor): Caller,
) -> Result<HttpResponse, Problem> {
    let listed = services.chats.list(&actor).await?;
    let chats: Vec<Listed> = listed.chats.iter().map(Listed::from).collect();
    let mut answer = HttpResponse::Ok().json(chats);
    if listed.truncated {
        let headers = answer.headers_mut();
        headers.insert(TRUNCATED, HeaderValue::from_static("true"));
    }
    Ok(answer)
}

/// What only this route answers.
struct Unknown;

impl IntoResponses for Unknown {
    fn responses() -> Responses {
        refusals(&[(404, "There is no such conversation, or it is not yours")])
    }
}

/// See a conversation
///
/// With its newest 200 messages. Only those that are plain text: what was sealed end to end is not shown here.
#[utoipa::path(
    tag = SOCIAL,
    security(("bearer" = [])),
    params(("id" = u64, Path, description = "Its `conversation_id`", example = 4)),
    responses((status = 200, body = Whole, description = "The conversation"), Unknown, AuthRefusals, Refusals),
)]
#[get("/conversations/{id}/")]
pub(super) async fn social_conversation(
    services: web::Data<Services>,
    Caller(actor): Caller,
    id: web::Path<String>,
) -> Result<web::Json<Whole>, Problem> {
    if *id == *"start" {
        return Err(method_not_allowed());
    }
    let chat = services.chats.view(&actor, number(&id)?).await?;
    Ok(web::Json(Whole::from(&chat)))
}

/// `start` is a path of its own, and takes POST alone.
fn method_not_allowed() -> Problem {
    let detail = "Method \"GET\" not allowed.";
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed", detail)
        .with_header(header::ALLOW, HeaderValue::from_static("POST"))
}

/// The number in a path. What is none is nobody's.
pub(super) fn number(text: &str) -> Result<ChatNumber, Problem> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    let number = text.parse().ok().filter(|_| digits);
    number
        .map(ChatNumber::restore)
        .ok_or_else(Problem::not_found)
}
