use actix_web::{get, web};
use sealpost_domain::accounts::Username;
use sealpost_domain::messages::PendingMessage;
use serde::Serialize;
use utoipa::{IntoResponses, ToSchema};

use super::Refusals;
use super::asked::{Asked, Request, RequestQuery};
use super::auth::Caller;
use super::envelope::Envelope;
use super::errors::refusals;
use crate::Services;
use crate::limits::{Limits, Spent};
use crate::openapi::{MESSENGER, Responses};
use crate::problem::Problem;
use crate::wire::WireTime;

/// Messages, oldest first.
#[derive(Serialize, ToSchema)]
#[schema(as = MessengerMessages)]
struct Answer {
    messages: Vec<MessageView>,
}

/// A message, byte for byte as it was sent.
#[derive(Serialize, ToSchema)]
#[schema(as = MessengerReceived)]
struct MessageView {
    /// The Fernet token.
    #[schema(example = "gAAAAABgQJ…")]
    msg: String,
    /// The signature.
    #[schema(example = "k1Yy…Q==")]
    sign: String,
    /// The encrypted key.
    #[schema(example = "c0tb…Q==")]
    key: String,
    date: Date,
}

/// When the server took it: another millisecond for each message of the same sender to you.
#[derive(Serialize, ToSchema)]
#[schema(as = MessengerDate)]
struct Date {
    #[serde(rename = "$date")]
    #[schema(value_type = String, format = "date-time", example = "2021-03-04T08:44:48.862Z")]
    date: WireTime,
}

impl MessageView {
    /// None if the stored message is none of this dialect.
    fn of(pending: &PendingMessage) -> Option<Self> {
        let Envelope { msg, sign, key } = Envelope::of(&pending.message)?;
        let date = Date {
            date: WireTime(pending.taken_at),
        };
        Some(Self {
            msg,
            sign,
            key,
            date,
        })
    }
}

/// What only this route answers.
struct Refused;

impl IntoResponses for Refused {
    fn responses() -> Responses {
        refusals(&[
            (
                401,
                "The access token is missing, expired, revoked or of another kind",
            ),
            (404, "There is no such user"),
            (422, "The `Authorization` header is malformed"),
        ])
    }
}

/// Read messages
///
/// What the other one sent to you and you have not acknowledged. At most 500 messages, and at most 4 MiB of them unless
/// the first alone is larger: the rest comes when you ask again from the last one's date on. The request may stand in
/// the body or in the query.
#[utoipa::path(
    tag = MESSENGER,
    security(("bearer" = [])),
    params(RequestQuery),
    request_body = Option<Request>,
    responses((status = 200, body = Answer, description = "The messages"), Refused, Refusals),
)]
#[get("/get_messages/")]
pub(super) async fn messenger_get_messages(
    services: web::Data<Services>,
    limits: web::Data<Limits>,
    Caller(actor): Caller,
    Asked(asked): Asked,
) -> Result<web::Json<Answer>, Problem> {
    limits.spend(Spent::GetMessages, actor.account())?;
    // Nobody can have a name that is no username.
    let from = Username::parse(&asked.username).map_err(|_| Problem::not_found())?;
    let span = asked.span()?;
    let pending = services.messages.pending(&actor, from, span).await?;
    let messages: Option<Vec<MessageView>> = pending.iter().map(MessageView::of).collect();
    let messages = messages.ok_or_else(Problem::internal)?;
    Ok(web::Json(Answer { messages }))
}
