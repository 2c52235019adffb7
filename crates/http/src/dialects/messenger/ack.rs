use std::fmt;

use actix_web::http::StatusCode;
use actix_web::{post, web};
use sealpost_domain::accounts::Username;
use sealpost_domain::inbox::Offset;
use sealpost_domain::messages::{AcknowledgeError, Signature};
use serde::de::{Error, Unexpected, Visitor};
use serde::{Deserialize, Deserializer};
use utoipa::{IntoResponses, ToSchema};

use super::auth::Caller;
use super::errors::refusals;
use super::{Refusals, Said};
use crate::Services;
use crate::extract::Json;
use crate::limits::{Limits, Spent};
use crate::openapi::{MESSENGER, Responses};
use crate::problem::{FieldError, FieldErrors, Problem};

/// What you have.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = MessengerAck)]
struct Request {
    /// `message` or `notification`.
    #[serde(rename = "type")]
    #[schema(example = "message")]
    kind: String,
    identity: Identity,
}

/// What it goes by: a message by `signature` and `username`, a notification by `id`.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = MessengerIdentity)]
struct Identity {
    /// The message's signature.
    #[schema(example = "k1Yy…Q==")]
    signature: Option<String>,
    /// Who sent the message.
    #[schema(example = "another_user")]
    username: Option<String>,
    /// The notification's id, as a text or a number.
    #[serde(default, deserialize_with = "number")]
    #[schema(value_type = Option<String>, example = "1")]
    id: Option<Offset>,
}

/// Reads a number that may stand in a text.
fn number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Offset>, D::Error> {
    struct Number;

    impl Visitor<'_> for Number {
        type Value = Option<Offset>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a whole number, as a text or a number")
        }

        fn visit_u64<E: Error>(self, number: u64) -> Result<Self::Value, E> {
            Ok(Some(number))
        }

        fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
            let digits = text.bytes().all(|byte| byte.is_ascii_digit());
            let number = text.parse().ok().filter(|_| digits);
            let number = number.ok_or_else(|| E::invalid_type(Unexpected::Str(""), &self))?;
            Ok(Some(number))
        }
    }

    deserializer.deserialize_any(Number)
}

/// What is acknowledged.
enum Acked {
    Message(String, Signature),
    Notification(Offset),
}

impl TryFrom<Request> for Acked {
    type Error = Problem;

    fn try_from(request: Request) -> Result<Self, Problem> {
        let Identity {
            signature,
            username,
            id,
        } = request.identity;
        match request.kind.as_str() {
            "message" => {
                let username = username.ok_or_else(|| missing("username"))?;
                let signature = signature.ok_or_else(|| missing("signature"))?;
                // What cannot be a signature is nobody's.
                let signature = Signature::parse(signature).map_err(|_| unknown())?;
                Ok(Self::Message(username, signature))
            }
            "notification" => id.map(Self::Notification).ok_or_else(|| missing("id")),
            _ => Err(wrong(FieldError::new(
                "/type",
                "expected message or notification",
                "unknown-type",
            ))),
        }
    }
}

fn missing(field: &str) -> Problem {
    let pointer = format!("/identity/{field}");
    wrong(FieldError::new(
        pointer,
        "this field is missing",
        "missing-field",
    ))
}

fn wrong(error: FieldError) -> Problem {
    let mut errors = FieldErrors::default();
    errors.push(error);
    errors.into_problem()
}

/// Not the dialect's sentence about users.
fn unknown() -> Problem {
    let text = AcknowledgeError::Unknown.to_string();
    Problem::new(StatusCode::NOT_FOUND, "nothing-to-acknowledge", text)
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
            (404, "You have no such message or notification"),
            (422, "The `Authorization` header is malformed"),
        ])
    }
}

/// Acknowledge a message or a notification
///
/// A message that you acknowledge is not in `get_messages` any more, nor notified of; a notification is not sent again, and
/// its message stays. Again is as once.
#[utoipa::path(
    tag = MESSENGER,
    security(("bearer" = [])),
    request_body = Request,
    responses((status = 200, body = Said, description = "It is acknowledged"), Refused, Refusals),
)]
#[post("/ack/")]
pub(super) async fn messenger_ack(
    services: web::Data<Services>,
    limits: web::Data<Limits>,
    Caller(actor): Caller,
    body: Json<Request>,
) -> Result<web::Json<Said>, Problem> {
    limits.spend(Spent::Acknowledge, actor.account())?;
    let acked = match body.0.try_into()? {
        Acked::Message(username, signature) => {
            // Nobody can have a name that is no username.
            let from = Username::parse(&username).map_err(|_| unknown())?;
            services.messages.acknowledge(&actor, from, signature).await
        }
        Acked::Notification(id) => services.messages.acknowledge_notice(&actor, id).await,
    };
    match acked {
        Ok(()) => Ok(web::Json(Said::ok())),
        Err(AcknowledgeError::Unknown) => Err(unknown()),
        Err(error) => Err(error.into()),
    }
}
