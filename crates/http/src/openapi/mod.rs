//! The description of the API (OpenAPI 3.1), made by registering the routes: it cannot lack one.

mod problems;
mod security;

use std::sync::OnceLock;

use actix_web::http::header;
use actix_web::web::Bytes;
use actix_web::{HttpResponse, get, web};
use utoipa::OpenApi as _;
use utoipa::openapi::OpenApi;

use crate::Dialects;
use crate::dialects::{channel, mailbox, messenger, social, vault};
use crate::live::event_document;
use crate::registration::Registration;
use problems::ProblemBody;
pub(crate) use problems::{
    AuthProblems, BodyProblems, CommonProblems, PageProblems, Responses, StepUp, TooMany,
    TooManyRequests, UnknownId, problems,
};
use security::SecuritySchemes;

/// Tag: what can be learnt without a login.
pub(crate) const DISCOVERY: &str = "discovery";
/// Tag: accounts.
pub(crate) const ACCOUNTS: &str = "accounts";
/// Tag: sessions.
pub(crate) const SESSIONS: &str = "sessions";
/// Tag: logging in with another provider.
pub(crate) const FEDERATION: &str = "federation";
/// Tag: conversations.
pub(crate) const KEYS: &str = "keys";
/// Routes of conversations.
pub(crate) const CONVERSATIONS: &str = "conversations";
/// Tag: the directory, contacts and blocks.
pub(crate) const CONTACTS: &str = "contacts";
/// Tag: messages.
pub(crate) const MESSAGES: &str = "messages";
/// Tag: files.
pub(crate) const FILES: &str = "files";
/// Tag: links.
pub(crate) const LINKS: &str = "links";
/// Tag: events.
pub(crate) const EVENTS: &str = "events";
/// Tag: dialect `messenger`.
pub(crate) const MESSENGER: &str = "messenger";
/// Tag: dialect `channel`.
pub(crate) const CHANNEL: &str = "channel";
/// Tag: dialect `social`.
pub(crate) const SOCIAL: &str = "social";
/// Tag: dialect `mailbox`.
pub(crate) const MAILBOX: &str = "mailbox";
/// Tag: dialect `vault`.
pub(crate) const VAULT: &str = "vault";
/// Tag: for whoever runs the server.
pub(crate) const OPERATIONS: &str = "operations";

/// What the document says apart from its routes.
#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "Sealpost",
        description = "End-to-end encrypted messages and encrypted files. Every failure is `application/problem+json` \
            (RFC 9457) with a stable `code`; every answer carries `X-Request-Id`.",
    ),
    tags(
        (name = DISCOVERY, description = "What can be learnt without a login"),
        (name = ACCOUNTS, description = "Accounts"),
        (name = SESSIONS, description = "Logging in and staying so"),
        (name = FEDERATION, description = "Logging in with another provider's word"),
        (name = CONVERSATIONS, description = "Who talks with whom"),
        (name = CONTACTS, description = "Finding people, contacts and blocks"),
        (name = MESSAGES, description = "Sending and reading messages"),
        (name = FILES, description = "Storing and reading encrypted files"),
        (name = LINKS, description = "Opening links to files, without an account"),
        (name = EVENTS, description = "Hearing of what happens"),
        (name = MESSENGER, description = "The dialect `messenger` (`/api/…`): failures are `{\"msg\"}`"),
        (name = CHANNEL, description = "The dialect `channel`: every request inside a rotating session"),
        (name = SOCIAL, description = "The dialect `social`: failures are `{\"detail\"}`, or the fields with their errors"),
        (name = MAILBOX, description = "The dialect `mailbox`: failures are plain text"),
        (name = VAULT, description = "The dialect `vault`: answers are plain text"),
        (name = OPERATIONS, description = "For whoever runs the server"),
    ),
    components(schemas(
        ProblemBody,
        messenger::Said,
        channel::Refused,
        channel::Text,
        social::Detail,
        mailbox::Said,
        vault::SaidText,
    )),
    modifiers(&SecuritySchemes),
)]
struct Frame;

pub(crate) fn frame_of_document() -> OpenApi {
    Frame::openapi()
}

/// Gives operations that one function serves by two methods names of their own: `…_by_get` is the same as its twin by POST.
pub(crate) fn name_twins(document: &mut OpenApi) {
    for item in document.paths.paths.values_mut() {
        if let (Some(get), Some(post)) = (&mut item.get, &item.post)
            && get.operation_id == post.operation_id
        {
            get.operation_id = post.operation_id.as_ref().map(|id| format!("{id}_by_get"));
        }
    }
}

/// The description of the API as JSON, as `/openapi.json` serves it.
#[must_use]
pub fn document() -> String {
    render(Dialects::default())
}

/// The document of what this server serves, made when it is first asked for.
pub(crate) struct DocumentText {
    dialects: Dialects,
    text: OnceLock<Bytes>,
}

impl DocumentText {
    pub(crate) const fn of(dialects: Dialects) -> Self {
        Self {
            dialects,
            text: OnceLock::new(),
        }
    }

    fn get(&self) -> Bytes {
        let text = self.text.get_or_init(|| render(self.dialects).into());
        text.clone()
    }
}

fn render(dialects: Dialects) -> String {
    let document = crate::app::collect_document(dialects);
    document.to_pretty_json().unwrap_or_else(|error| {
        // Texts and numbers always serialize; a test compares the result.
        tracing::error!(%error, "the OpenAPI document cannot be serialized");
        String::new()
    })
}

pub(crate) fn configure(config: &mut Registration<'_>) {
    config.service(describe_api).service(describe_events);
}

/// The description of the socket and the stream of events
#[utoipa::path(
    tag = DISCOVERY,
    security(()),
    responses((status = 200, body = Object, description = "The AsyncAPI 3.0 document"), CommonProblems)
)]
#[get("/asyncapi.json")]
async fn describe_events() -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "application/json"))
        .insert_header((header::CACHE_CONTROL, "no-cache"))
        .body(event_document())
}

/// This description
#[utoipa::path(
    tag = DISCOVERY,
    security(()),
    responses((status = 200, body = Object, description = "The OpenAPI 3.1 document"), CommonProblems)
)]
#[get("/openapi.json")]
async fn describe_api(text: web::Data<DocumentText>) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "application/json"))
        .insert_header((header::CACHE_CONTROL, "no-cache"))
        .body(text.get())
}
