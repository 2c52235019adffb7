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
use crate::v1::keylog::inclusion_url;

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
    /// Where anybody is shown that the server has committed itself to this key before all the world: the newest leaf of theirs in the
    /// key log. Left out while the log has not come so far yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "https://chat.example/v1/keylog/proofs/inclusion?leaf=7")]
    proof_url: Option<String>,
    /// What the leaf commits to: JSON as a text, with the fingerprints of all their keys. The commitment is SHA-256 of the
    /// opening's bytes and this text.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "{\"account\":\"…\",\"keys\":[…],\"op\":\"genesis\"}")]
    proof_link: Option<String>,
    /// What opens the commitment: 32 bytes, base64url.
    #[serde(skip_serializing_if = "Option::is_none")]
    proof_opening: Option<String>,
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
    let (found, link) = services
        .conversations
        .start_sealed(&actor, username, KeyAlgorithm::Rsa, &services.key_log)
        .await?;
    let public_url = &services.info.public_url;
    let pem = services.rsa_pem.of_jwk(&found.key.jwk);
    Ok(web::Json(Answer {
        msg_public_key: pem.ok_or_else(Problem::internal)?,
        fingerprint: URL_SAFE_NO_PAD.encode(found.key.thumbprint),
        key_version: found.key_version,
        proof_url: link
            .as_ref()
            .map(|link| inclusion_url(public_url, link.leaf)),
        proof_opening: link
            .as_ref()
            .map(|link| URL_SAFE_NO_PAD.encode(link.opening)),
        proof_link: link.map(|link| link.text),
    }))
}
