//! `/v1/users/{name}/mailbox`.

use actix_web::middleware::from_fn;
use actix_web::{HttpResponse, post, web};
use sealpost_domain::Timestamp;
use sealpost_domain::accounts::Username;
use sealpost_domain::envelopes::{
    EnvelopeReceipt, Envelopes, SendEnvelope, SendEnvelopeError, SenderClock,
};
use sealpost_domain::messages::{Body, BodyError, Format};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoResponses, ToSchema};

use crate::Services;
use crate::extract::{Authenticated, Json, PathUsername};
use crate::idempotency::{IdempotencyKeyHeader, idempotent};
use crate::limits::{Limits, Spent};
use crate::openapi::{AuthProblems, BodyProblems, CommonProblems, MESSAGES, Responses, problems};
use crate::problem::{FieldErrors, Problem};
use crate::v1::messages::body_too_large;
use crate::wire::WireTime;

/// A sealed message to leave for somebody.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewEnvelope {
    /// What the body is: `jose`, a JWE in general JSON serialization; `opaque`, anything else that you have sealed end to end.
    #[schema(example = "opaque")]
    format: String,
    /// 1 to 65,536 bytes of UTF-8; kept byte for byte.
    #[schema(example = "c2VhbGVk", min_length = 1, max_length = 65_536)]
    body: String,
    /// When your clock says it is sent (RFC 3339).
    #[serde(default)]
    #[schema(format = "date-time", example = "2026-11-21T13:04:05.123Z")]
    sent_at: Option<String>,
}

impl NewEnvelope {
    fn into_command(self, recipient: Username) -> Result<SendEnvelope, Problem> {
        let mut errors = FieldErrors::default();
        let format = errors.check_as("format", "unknown-format", Format::parse(&self.format));
        let size = self.body.len();
        let body = match Body::parse(self.body) {
            Err(error @ BodyError::TooLarge) => {
                return Err(body_too_large(error, size, format));
            }
            parsed => errors.check_as("body", "empty-message", parsed),
        };
        let sent_at = self.sent_at.as_deref().map(str::parse::<Timestamp>);
        let sent_at = errors.check_as("sent_at", "invalid-time", sent_at.transpose());
        match (format, body, sent_at) {
            (Some(format), Some(body), Some(sent_at)) => Ok(SendEnvelope {
                recipient,
                format,
                body,
                sender_clock: sent_at.map(SenderClock::at),
            }),
            _ => Err(errors.into_problem()),
        }
    }
}

/// That an envelope is kept for its receiver.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = EnvelopeReceipt)]
struct ReceiptBody {
    /// Names the envelope.
    #[schema(format = "uuid", example = "019aa6b0-7c3a-7d52-9a5e-0242ac120004")]
    id: String,
    /// When the server took it.
    #[schema(value_type = String, format = "date-time", example = "2026-11-21T13:04:05.678Z")]
    created_at: WireTime,
}

impl From<EnvelopeReceipt> for ReceiptBody {
    fn from(receipt: EnvelopeReceipt) -> Self {
        Self {
            id: receipt.id.to_string(),
            created_at: WireTime(receipt.created_at),
        }
    }
}

/// What only this route answers.
struct Refusals;

impl IntoResponses for Refusals {
    fn responses() -> Responses {
        problems(&[
            (
                403,
                "takes-no-messages",
                "`takes-no-messages`: the user takes no messages from you. `user-blocked`: you have blocked them",
            ),
            (
                404,
                "not-found",
                "`not-found`: nobody has this username, as far as you may know",
            ),
            (
                413,
                "mailbox-full",
                "`body-too-large`. `mailbox-full`: as much waits for the user as may wait; `limit` and `use` say how much that is, and `Retry-After` when to look again",
            ),
            (
                429,
                "too-many-requests",
                "`too-many-requests`: you have sent too many messages, of which this is one, or looked up too many users",
            ),
        ])
    }
}

/// Leave a sealed message for a user
///
/// Without a conversation. It waits for the receiver, who finds it in the inbox as a `message.created` without a conversation. What
/// the server could read (`text`) is refused: that needs a conversation, whose key seals it. Once this answers, the envelope is
/// durable.
#[utoipa::path(
    tag = MESSAGES,
    security(("bearer" = [])),
    params(
        ("name" = String, Path, description = "A username, percent-encoded, in any case", example = "alice"),
        IdempotencyKeyHeader,
    ),
    request_body = NewEnvelope,
    responses(
        (status = 201, body = ReceiptBody, description = "The envelope is kept"),
        AuthProblems,
        BodyProblems,
        Refusals,
        CommonProblems,
    ),
)]
#[post("/users/{name}/mailbox", wrap = "from_fn(idempotent)")]
pub(in crate::v1) async fn leave_envelope(
    services: web::Data<Services>,
    limits: web::Data<Limits>,
    Authenticated(actor): Authenticated,
    PathUsername(recipient): PathUsername,
    body: Json<NewEnvelope>,
) -> Result<HttpResponse, Problem> {
    let command = body.0.into_command(recipient)?;
    limits.spend(Spent::LookUp, actor.account())?;
    limits.spend_message(actor.account())?;
    match services.envelopes.send(&actor, command).await {
        Ok(receipt) => Ok(HttpResponse::Created().json(ReceiptBody::from(receipt))),
        Err(error) => Err(refuse(error)),
    }
}

/// A full mailbox says how full it is.
fn refuse(error: SendEnvelopeError) -> Problem {
    let SendEnvelopeError::MailboxFull(waiting) = &error else {
        return error.into();
    };
    let waiting = json!({"envelopes": waiting.envelopes, "bytes": waiting.bytes});
    let limit = json!({"envelopes": Envelopes::MAX_WAITING, "bytes": Envelopes::MAX_BYTES});
    Problem::from(error)
        .with_member("limit", limit)
        .with_member("use", waiting)
}
