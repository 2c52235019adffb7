use actix_web::http::StatusCode;
use actix_web::middleware::from_fn;
use actix_web::{HttpResponse, post, web};
use sealpost_domain::Timestamp;
use sealpost_domain::conversations::ConversationId;
use sealpost_domain::files::FileId;
use sealpost_domain::messages::{
    Attachments, Body, BodyError, ClientId, Format, Lifetime, MemberKey, Receipt, SendMessage,
    SendMessageError,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::{IntoResponses, ToSchema};

use crate::Services;
use crate::extract::{Authenticated, Json, PathId};
use crate::idempotency::{IdempotencyKeyHeader, idempotent};
use crate::limits::{Budget, Limits};
use crate::openapi::{
    AuthProblems, BodyProblems, CommonProblems, MESSAGES, Responses, UnknownId, problems,
};
use crate::problem::{FieldError, FieldErrors, Problem};
use crate::wire::{WireTime, base64url};

/// A message to send.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewMessage {
    /// Your own name for it, new for each message: 1 to 64 visible ASCII characters.
    #[schema(
        example = "018f4e9c-7c3a-7d52-9a5e-0242ac120002",
        min_length = 1,
        max_length = 64
    )]
    client_id: String,
    /// What the body is: `text`, plain text that the server seals at rest; `jose`, a JWE in general JSON
    /// serialization; `opaque`, anything else that you have sealed end to end.
    #[schema(example = "text")]
    format: String,
    /// 1 to 65,536 bytes of UTF-8; kept byte for byte.
    #[schema(example = "hello", min_length = 1, max_length = 65_536)]
    body: String,
    /// When your clock says it is sent (RFC 3339).
    #[serde(default)]
    #[schema(format = "date-time", example = "2026-11-21T13:04:05.123Z")]
    sent_at: Option<String>,
    /// How many seconds it stays, 5 to 31,536,000 (a year); not longer than the conversation's messages do. For ever, or as
    /// long as they do, if it is left out.
    #[serde(default)]
    #[schema(example = 86_400, minimum = 5, maximum = 31_536_000)]
    expires_in: Option<u64>,
    /// The ids of at most 10 files of yours that go with it: every member may read them from then on, as long as the message
    /// is there.
    #[serde(default)]
    #[schema(example = json!([]), max_items = 10)]
    attachments: Vec<String>,
}

/// The ids of files; what is no id names no file of anybody's.
fn to_attachments(ids: &[String], errors: &mut FieldErrors) -> Option<Attachments> {
    let ids: Result<Vec<FileId>, _> = ids.iter().map(|id| id.parse()).collect();
    let ids = errors.check(
        "attachments",
        ids.map_err(|_| SendMessageError::UnknownFile),
    );
    ids.and_then(|ids| errors.check("attachments", Attachments::parse(ids)))
}

impl NewMessage {
    fn into_command(self, conversation: ConversationId) -> Result<SendMessage, Problem> {
        let mut errors = FieldErrors::default();
        let client_id = ClientId::parse(&self.client_id);
        let client_id = errors.check_as("client_id", "invalid-client-id", client_id);
        let format = errors.check_as("format", "unknown-format", Format::parse(&self.format));
        let size = self.body.len();
        let body = match Body::parse(self.body) {
            Err(error @ BodyError::TooLarge) => {
                return Err(body_too_large(error, size, format));
            }
            parsed => errors.check_as("body", "empty-message", parsed),
        };
        let sent_at = self
            .sent_at
            .as_deref()
            .map(str::parse::<Timestamp>)
            .transpose();
        let sent_at = errors.check_as("sent_at", "invalid-time", sent_at);
        let expires_in = self.expires_in.map(Lifetime::parse).transpose();
        let expires_in = errors.check_as("expires_in", "invalid-lifetime", expires_in);
        let attachments = to_attachments(&self.attachments, &mut errors);
        match (client_id, format, body, sent_at, expires_in, attachments) {
            (
                Some(client_id),
                Some(format),
                Some(body),
                Some(sent_at),
                Some(expires_in),
                Some(attachments),
            ) => Ok(SendMessage {
                conversation,
                client_id,
                format,
                body,
                sent_at,
                expires_in,
                attachments,
            }),
            _ => Err(errors.into_problem()),
        }
    }
}

/// The answer to a body of more than [`Body::MAX_BYTES`]: how much it may have, how much it has, and what to do.
pub(in crate::v1) fn body_too_large(
    error: BodyError,
    size: usize,
    format: Option<Format>,
) -> Problem {
    let (status, code) = (StatusCode::PAYLOAD_TOO_LARGE, "body-too-large");
    let advice = match format {
        Some(Format::Jose) => {
            "; a `jose` message has an entry for each key: say less, or write to fewer people at once"
        }
        _ => "",
    };
    let detail = format!("{error}{advice}");
    Problem::new(status, code, detail.clone())
        .with_errors(vec![FieldError::new("/body", detail, code)])
        .with_member("limit", Body::MAX_BYTES)
        .with_member("size", size)
}

/// That a message is stored and on its way to every member.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MessageReceipt)]
struct ReceiptBody {
    /// Names the message.
    #[schema(format = "uuid", example = "019aa6b0-7c3a-7d52-9a5e-0242ac120004")]
    id: String,
    /// Where it was said.
    #[schema(format = "uuid", example = "019aa6b0-7c3a-7d52-9a5e-0242ac120003")]
    conversation_id: String,
    /// Its place in the conversation: 1 for the first, and one more for each that follows.
    #[schema(example = 7, minimum = 1)]
    seq: u64,
    /// Your own name for it.
    #[schema(example = "018f4e9c-7c3a-7d52-9a5e-0242ac120002")]
    client_id: String,
    /// What the body is.
    #[schema(value_type = String, example = "text")]
    format: &'static str,
    /// Who can read the body: `e2ee`, only those who hold the keys; `server`, the server too.
    #[schema(value_type = String, example = "server")]
    protection: &'static str,
    /// When the server took it.
    #[schema(value_type = String, format = "date-time", example = "2026-11-21T13:04:05.678Z")]
    created_at: WireTime,
    /// When it is over; null if it stays.
    #[schema(required, value_type = Option<String>, format = "date-time", example = "2026-11-22T13:04:05.678Z")]
    expires_at: Option<WireTime>,
}

/// A message without its body, which the sender has.
struct Envelope {
    conversation: ConversationId,
    client_id: ClientId,
    format: Format,
}

impl Envelope {
    fn of(command: &SendMessage) -> Self {
        Self {
            conversation: command.conversation,
            client_id: command.client_id.clone(),
            format: command.format,
        }
    }

    fn confirmed_by(&self, receipt: &Receipt) -> ReceiptBody {
        ReceiptBody {
            id: receipt.id.to_string(),
            conversation_id: self.conversation.to_string(),
            seq: receipt.seq,
            client_id: self.client_id.to_string(),
            format: self.format.name(),
            protection: self.format.protection().name(),
            created_at: WireTime(receipt.created_at),
            expires_at: receipt.expires_at.map(WireTime),
        }
    }
}

/// What a program needs to seal its message anew stands in members of the problem's own.
fn refusal(error: SendMessageError) -> Problem {
    let mismatch = match &error {
        SendMessageError::MismatchedRecipients(mismatch) => Some(mismatch.clone()),
        _ => None,
    };
    let problem = Problem::from(error);
    match mismatch {
        Some(mismatch) => problem
            .with_member("missing", keys(&mismatch.missing))
            .with_member("extra", keys(&mismatch.extra)),
        None => problem,
    }
}

fn keys(keys: &[MemberKey]) -> Vec<Value> {
    let view = |key: &MemberKey| {
        json!({
            "username": key.owner.username.as_str(),
            "key_id": key.id.to_string(),
            "kid": base64url(&key.thumbprint),
        })
    };
    keys.iter().map(view).collect()
}

/// What only this route answers.
struct Refusals;

impl IntoResponses for Refusals {
    fn responses() -> Responses {
        problems(&[
            (
                403,
                "takes-no-messages",
                "`takes-no-messages`: the other one takes no messages from you. `user-blocked`: you have blocked them",
            ),
            (
                409,
                "client-id-reused",
                "`client-id-reused`: you gave this `client_id` to another message. `mismatched-recipients`: the members have \
                 other keys than those that the message is sealed to; the members `missing` and `extra` of the problem are \
                 lists of `username`, `key_id` and `kid`. Read the keys anew, seal it again, and send it",
            ),
            (
                429,
                "too-many-requests",
                "`too-many-requests`: as many messages as `GET /v1/server` says, in all conversations together; `RateLimit` says \
                 what is left",
            ),
        ])
    }
}

/// Send a message
///
/// Once this answers, the message is durable, in its place, and in the inbox of every member. If the answer is lost,
/// send it again with the same `client_id`: a repeat is answered like the original and changes nothing, also if the message
/// has been deleted since.
#[utoipa::path(
    tag = MESSAGES,
    security(("bearer" = [])),
    params(
        ("id" = String, Path, format = "uuid", description = "Names the conversation"),
        IdempotencyKeyHeader,
    ),
    request_body = NewMessage,
    responses(
        (
            status = 201, body = ReceiptBody, description = "The message is stored, now or by the original",
            headers(
                ("ratelimit-policy" = Option<String>, description = "How many messages you may send, as `\"messages\";q=40;w=20`"),
                ("ratelimit" = Option<String>, description = "How many of them are left, and for how many seconds"),
            ),
        ),
        AuthProblems,
        UnknownId,
        Refusals,
        BodyProblems,
        CommonProblems,
    ),
)]
#[post("/conversations/{id}/messages", wrap = "from_fn(idempotent)")]
pub(crate) async fn send_message(
    services: web::Data<Services>,
    limits: web::Data<Limits>,
    Authenticated(actor): Authenticated,
    PathId(conversation): PathId<ConversationId>,
    body: Json<NewMessage>,
) -> Result<HttpResponse, Problem> {
    let budget = limits.spend_message(actor.account())?;
    let command = body.0.into_command(conversation)?;
    let envelope = Envelope::of(&command);
    let sent = services.messages.send(&actor, command).await;
    let receipt = sent.map_err(refusal)?;
    let mut answer = HttpResponse::Created();
    for header in budget.iter().flat_map(Budget::headers) {
        answer.insert_header(header);
    }
    Ok(answer.json(envelope.confirmed_by(&receipt)))
}
