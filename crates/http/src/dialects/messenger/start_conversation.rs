use actix_web::{post, web};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sealpost_domain::accounts::Username;
use sealpost_domain::keys::KeyAlgorithm;
use serde::{Deserialize, Serialize};
use utoipa::{IntoResponses, ToSchema};

use super::Refusals;
use super::auth::Caller;
use super::errors::refusals;
use crate::Services;
use crate::extract::{ClientAddress, Json};
use crate::limits::{Counted, Limits};
use crate::openapi::{MESSENGER, Responses};
use crate::problem::Problem;

/// With whom to talk.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = MessengerStartConversation)]
struct Request {
    #[schema(example = "another_user")]
    username: String,
}

/// The other one's key.
#[derive(Serialize, ToSchema)]
#[schema(as = MessengerConversation)]
struct Answer {
    /// PEM (SPKI) of their RSA key.
    #[schema(example = "-----BEGIN PUBLIC KEY-----\n…\n-----END PUBLIC KEY-----\n")]
    msg_public_key: String,
    /// The key's RFC 7638 thumbprint (SHA-256, base64url): compare it over another channel.
    #[schema(example = "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs")]
    fingerprint: String,
    /// Rises with every new key of theirs.
    #[schema(example = 1)]
    key_version: u64,
}

/// What only this route answers.
struct Nobody;

impl IntoResponses for Nobody {
    fn responses() -> Responses {
        refusals(&[
            (
                401,
                "The access token is missing, expired, revoked or of another kind",
            ),
            (403, "The other user takes no messages"),
            (
                404,
                "There is no such user, or they have no key for end-to-end messages",
            ),
            (422, "The `Authorization` header is malformed"),
        ])
    }
}

/// Start a conversation
///
/// Gives the key to encrypt messages for the other one with. The pair's conversation is made if there is none.
#[utoipa::path(
    tag = MESSENGER,
    security(("bearer" = [])),
    request_body = Request,
    responses((status = 200, body = Answer, description = "The conversation is there"), Nobody, Refusals),
)]
#[post("/start_conversation/")]
pub(super) async fn messenger_start_conversation(
    services: web::Data<Services>,
    limits: web::Data<Limits>,
    Caller(actor): Caller,
    address: ClientAddress,
    body: Json<Request>,
) -> Result<web::Json<Answer>, Problem> {
    limits.count(Counted::StartConversation, address.limit_key())?;
    // Nobody can have a name that is no username.
    let username = Username::parse(&body.0.username).map_err(|_| Problem::not_found())?;
    let found = services
        .conversations
        .start_sealed(&actor, username, KeyAlgorithm::Rsa)
        .await?;
    let pem = services.rsa_pem.of_jwk(&found.key.jwk);
    Ok(web::Json(Answer {
        msg_public_key: pem.ok_or_else(Problem::internal)?,
        fingerprint: URL_SAFE_NO_PAD.encode(found.key.thumbprint),
        key_version: found.key_version,
    }))
}
