use actix_web::http::StatusCode;
use actix_web::http::header;
use actix_web::{HttpResponse, route, web};
use sealpost_domain::envelopes::{Envelope, SenderClock};
use sealpost_domain::messages::Format;
use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::{IntoResponses, ToSchema};

use super::Refusals;
use super::caller::Caller;
use super::delivery_body::DeliveryBody;
use super::errors::{SESSION_EXPIRED, refusals};
use crate::Services;
use crate::openapi::{MAILBOX, Responses};
use crate::problem::Problem;

/// A message that waited.
#[derive(Serialize, ToSchema)]
#[schema(as = MailboxMessage)]
struct Message<'a> {
    #[schema(example = "nameofthesender")]
    sendername: &'a str,
    #[schema(example = "kwjeojqijmmj(MASNDU2JHJSKDSI2874jjjansJMN0TevenTRyINGakisndh")]
    message_text: &'a str,
    /// What the sender's clock showed, as it was sent.
    #[schema(value_type = f64, example = 1_643_365_746)]
    timestamp: Box<RawValue>,
}

impl<'a> From<&'a Envelope> for Message<'a> {
    fn from(envelope: &'a Envelope) -> Self {
        let clock = envelope.sender_clock.as_ref();
        let clock = clock.map_or("null", SenderClock::as_str).to_owned();
        Self {
            sendername: envelope.sender_username.as_str(),
            message_text: envelope.body.as_str(),
            // Only numbers are taken; should a stored one ever be damaged, it is shown as null and not as damage.
            timestamp: RawValue::from_string(clock).unwrap_or_else(|_| RawValue::NULL.to_owned()),
        }
    }
}

/// What only this route answers.
struct Foreign;

impl IntoResponses for Foreign {
    fn responses() -> Responses {
        refusals(&[(403, "A page of another site asks")])
    }
}

/// Fetch what waits
///
/// Oldest first. What was handed over is deleted; an answer that breaks off comes again. One answer has at most 8 MiB of
/// messages: what is left comes with the next.
#[utoipa::path(
    tag = MAILBOX,
    security(("mailbox_session" = [])),
    responses((status = 200, body = [Message], description = "What waited"), Foreign, Refusals),
)]
#[route("/download_messages", method = "GET", method = "POST")]
pub(super) async fn mailbox_download_messages(
    services: web::Data<Services>,
    caller: Result<Caller, Problem>,
) -> Result<HttpResponse, Problem> {
    let Caller(actor) = caller.map_err(expired)?;
    let delivery = services.envelopes.lease(&actor, Format::Mailbox).await?;
    let messages: Vec<Message<'_>> = delivery.envelopes.iter().map(Message::from).collect();
    let json = serde_json::to_vec(&messages).map_err(|_| Problem::internal())?;
    let mut answer = HttpResponse::Ok();
    answer.insert_header((header::CONTENT_TYPE, "application/json"));
    if messages.is_empty() {
        return Ok(answer.body(json));
    }
    let envelopes = services.envelopes.clone();
    Ok(answer.body(DeliveryBody::new(envelopes, delivery.lease, json)))
}

/// This route alone says it with another status.
fn expired(problem: Problem) -> Problem {
    if problem.status() == StatusCode::UNAUTHORIZED {
        return Problem::bad_request("session-expired", SESSION_EXPIRED);
    }
    problem
}
