use actix_web::{HttpResponse, route, web};
use sealpost_domain::accounts::Username;
use sealpost_domain::envelopes::{SendEnvelope, SendEnvelopeError, SenderClock};
use sealpost_domain::messages::{Body, Format};
use serde::Deserialize;
use serde_json::value::RawValue;
use utoipa::{IntoResponses, ToSchema};

use super::errors::{no_such_user, refusals};
use super::{Refusals, caller};
use crate::Services;
use crate::extract::Json;
use crate::limits::{Limits, Spent};
use crate::openapi::{MAILBOX, Responses};
use crate::problem::{FieldErrors, Problem};

/// A message for somebody.
#[derive(Deserialize, ToSchema)]
#[schema(as = MailboxUpload)]
struct Request {
    /// The sender: whoever the session belongs to.
    #[schema(example = "sendersname")]
    username: String,
    /// For whom.
    #[schema(example = "recipientsname")]
    destname: String,
    /// Any text, up to 64 KiB: what the sender's client encrypted.
    #[schema(example = "text of the message")]
    message_text: String,
    /// The sender's clock, in seconds since 1970. It is given back as it came.
    #[schema(value_type = f64, example = 1_643_365_746)]
    timestamp: Box<RawValue>,
    /// What `/authenticate` gave.
    #[schema(example = "qJ3v0Xc8ZLw5tR1yNf6uB2mKd9sHg4pA")]
    session_id: String,
}

/// What only this route answers.
struct Expired;

impl IntoResponses for Expired {
    fn responses() -> Responses {
        refusals(&[(401, "`session expired`")])
    }
}

/// Leave a message for somebody
#[utoipa::path(
    tag = MAILBOX,
    security(()),
    request_body = Request,
    responses((status = 200, description = "It waits for them"), Expired, Refusals),
)]
#[route("/upload_message", method = "GET", method = "POST")]
pub(super) async fn mailbox_upload_message(
    services: web::Data<Services>,
    limits: web::Data<Limits>,
    body: Json<Request>,
) -> Result<HttpResponse, Problem> {
    let request = body.0;
    let actor = caller::check(&services, [&*request.username], &request.session_id).await?;
    let mut errors = FieldErrors::default();
    let body = errors.check_as(
        "message_text",
        "invalid-body",
        Body::parse(request.message_text),
    );
    let clock = SenderClock::parse(request.timestamp.get());
    let clock = errors.check_as("timestamp", "invalid-timestamp", clock);
    let (Some(body), Some(sender_clock)) = (body, clock) else {
        return Err(errors.into_problem());
    };
    let unknown = || {
        limits.spend(Spent::LookUp, actor.account())?;
        Err(no_such_user(&request.destname))
    };
    let Ok(recipient) = Username::parse(&request.destname) else {
        return unknown();
    };
    let command = SendEnvelope {
        recipient,
        format: Format::Mailbox,
        body,
        sender_clock: Some(sender_clock),
    };
    match services.envelopes.send(&actor, command).await {
        Ok(_) => Ok(HttpResponse::Ok().finish()),
        Err(SendEnvelopeError::UnknownRecipient) => unknown(),
        Err(error) => Err(error.into()),
    }
}
