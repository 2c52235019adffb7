use actix_web::{post, web};
use sealpost_domain::accounts::Username;
use sealpost_domain::messages::{BodyError, DeliverMessage, Signature};
use serde::Deserialize;
use utoipa::{IntoResponses, ToSchema};

use super::auth::Caller;
use super::envelope::Envelope;
use super::errors::refusals;
use super::{Refusals, Said};
use crate::Services;
use crate::extract::Json;
use crate::limits::{Limits, Spent};
use crate::openapi::{MESSENGER, Responses};
use crate::problem::{FieldError, FieldErrors, Problem};

/// A message, sealed and signed.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = MessengerMessage)]
struct Request {
    /// To whom.
    #[schema(example = "another_user")]
    username: String,
    /// A Fernet token.
    #[schema(example = "gAAAAABgQJ…", min_length = 1)]
    message: String,
    /// The sender's signature, RSA-PSS, in base64: another one for each message to the same user.
    #[schema(example = "k1Yy…Q==", min_length = 1, max_length = 4096)]
    signature: String,
    /// The token's key, encrypted with the other one's RSA key (OAEP), in base64.
    #[schema(example = "c0tb…Q==", min_length = 1)]
    key: String,
}

impl Request {
    fn into_command(self, to: Username) -> Result<DeliverMessage, Problem> {
        let mut errors = FieldErrors::default();
        for (field, text) in [("message", &self.message), ("key", &self.key)] {
            if text.is_empty() {
                errors.push(FieldError::new(
                    format!("/{field}"),
                    "this must not be empty",
                    "empty-field",
                ));
            }
        }
        let signature = errors.check("signature", Signature::parse(self.signature.clone()));
        let envelope = Envelope {
            msg: self.message,
            sign: self.signature,
            key: self.key,
        };
        let body = envelope.to_body();
        if body == Err(BodyError::TooLarge) {
            errors.push(FieldError::new(
                "/message",
                "message, signature and key have at most 65,536 bytes together, as JSON",
                "body-too-large",
            ));
        }
        match (signature, body) {
            (Some(signature), Ok(body)) if errors.is_empty() => Ok(DeliverMessage {
                to,
                signature,
                body,
            }),
            _ => Err(errors.into_problem()),
        }
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
            (403, "The other user takes no messages from you"),
            (
                404,
                "There is no such user, or they have no key for end-to-end messages",
            ),
            (422, "The `Authorization` header is malformed"),
        ])
    }
}

/// Send a message
///
/// The pair's conversation is made if there is none. A repeat with the same signature changes nothing.
#[utoipa::path(
    tag = MESSENGER,
    security(("bearer" = [])),
    request_body = Request,
    responses((status = 200, body = Said, description = "The message is stored"), Refused, Refusals),
)]
#[post("/send_message/")]
pub(super) async fn messenger_send_message(
    services: web::Data<Services>,
    limits: web::Data<Limits>,
    Caller(actor): Caller,
    body: Json<Request>,
) -> Result<web::Json<Said>, Problem> {
    limits.spend(Spent::SendMessage, actor.account())?;
    // Nobody can have a name that is no username.
    let to = Username::parse(&body.0.username).map_err(|_| Problem::not_found())?;
    let command = body.0.into_command(to)?;
    services.messages.deliver(&actor, command).await?;
    Ok(web::Json(Said::ok()))
}
