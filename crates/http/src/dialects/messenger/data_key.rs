use actix_web::{post, web};
use sealpost_domain::Timestamp;
use sealpost_domain::accounts::Username;
use sealpost_domain::data_keys::IssuedDataKey;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Refusals;
use crate::Services;
use crate::extract::{ClientAddress, Json};
use crate::limits::{Counted, Limits};
use crate::openapi::MESSENGER;
use crate::problem::Problem;
use crate::settings::AUTH_JSON_LIMIT;

/// Who is going to register or log in.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = MessengerDataKeyRequest)]
struct Request {
    /// Any username; the answer does not depend on it.
    #[schema(example = "your_username")]
    username: String,
}

/// The key to encrypt the password with.
#[derive(Serialize, ToSchema)]
#[schema(as = MessengerDataKey)]
struct Answer {
    /// PEM (SPKI) of an RSA key of 4096 bits.
    #[schema(example = "-----BEGIN PUBLIC KEY-----\n…\n-----END PUBLIC KEY-----\n")]
    key: String,
    /// When to ask again: RFC 3339, UTC, in whole seconds.
    #[schema(format = "date-time", example = "2021-03-04T05:06:29Z")]
    until: String,
}

impl From<IssuedDataKey> for Answer {
    fn from(issued: IssuedDataKey) -> Self {
        Self {
            key: issued.public_pem,
            until: whole_seconds(issued.until),
        }
    }
}

/// RFC 3339 without the fraction of a second, as document 000 shows it.
fn whole_seconds(time: Timestamp) -> String {
    let text = time.to_string();
    match text.split_once('.') {
        Some((seconds, _)) => format!("{seconds}Z"),
        None => text,
    }
}

/// Get the key that passwords travel under
///
/// One key for everybody, renewed every day: the answer says nothing about the username. Encrypt the password with it
/// (RSA-OAEP, SHA-512 for the hash and the mask, no label), and send it in base64. A ciphertext is accepted once.
#[utoipa::path(
    tag = MESSENGER,
    security(()),
    request_body = Request,
    responses((status = 200, body = Answer, description = "The key"), Refusals),
)]
#[post("/data_key/")]
pub(super) async fn messenger_data_key(
    services: web::Data<Services>,
    limits: web::Data<Limits>,
    address: ClientAddress,
    body: Json<Request, AUTH_JSON_LIMIT>,
) -> Result<web::Json<Answer>, Problem> {
    limits.count(Counted::DataKey, address.limit_key())?;
    Username::parse(&body.0.username)?;
    Ok(web::Json(services.data_keys.issue()?.into()))
}
