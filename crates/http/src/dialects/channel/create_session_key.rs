use actix_web::{post, web};
use sealpost_domain::channels::CreateChannel;
use serde::{Deserialize, Serialize};
use utoipa::{IntoResponses, ToSchema};

use super::errors::texts;
use super::field;
use crate::Services;
use crate::extract::{ClientAddress, Json};
use crate::openapi::{CHANNEL, Responses};
use crate::problem::Problem;
use crate::settings::AUTH_JSON_LIMIT;

/// For whom the session is.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = ChannelCreateSessionKey)]
struct Request {
    /// An RSA key of at least 2048 bits: PEM (SPKI), or that text in hexadecimal.
    #[serde(default, deserialize_with = "field::sealed")]
    #[schema(value_type = String, example = "2d2d2d2d2d424547494e20…")]
    public_key: Option<String>,
    /// How fields are encrypted: `A256GCM`, or `A256ECB` where the operator lets clients of the original in.
    #[serde(default)]
    #[schema(example = "A256GCM")]
    cipher: Option<String>,
}

/// The first keys.
#[derive(Serialize, ToSchema)]
#[schema(as = ChannelSessionKey)]
struct Answer {
    /// The AES key, 64 hexadecimal digits, encrypted for the public key (RSA-OAEP, SHA-256 for the hash and the mask, no
    /// label), in hexadecimal.
    #[schema(example = "5a3f…")]
    ciphertext: String,
    /// The session key, 400 letters and digits, encrypted under the AES key.
    #[schema(example = "b0Xl…")]
    session_key: String,
}

/// What only this route answers.
struct Refusals;

impl IntoResponses for Refusals {
    fn responses() -> Responses {
        texts(&[
            (400, "The body is no JSON object"),
            (404, "`\"Error!\"`: the key or the cipher is not taken"),
            (413, "The body is too large"),
            (415, "The body is not `application/json`"),
            (429, "Too often: try again after `Retry-After`"),
            (500, "A defect; nothing about it is told"),
            (
                503,
                "Too many sessions are open: try again after `Retry-After`",
            ),
        ])
    }
}

/// Start a session
///
/// Every later request sends the session key in clear and each other field in base64 under the AES key: a nonce of 12
/// bytes, then AES-256-GCM with its tag, the field's name as associated data. Every answer brings the next two keys.
#[utoipa::path(
    tag = CHANNEL,
    security(()),
    request_body = Request,
    responses((status = 200, body = Answer, description = "The first keys"), Refusals),
)]
#[post("/create_session_key")]
pub(super) async fn channel_create_session_key(
    services: web::Data<Services>,
    address: ClientAddress,
    body: Json<Request, AUTH_JSON_LIMIT>,
) -> Result<web::Json<Answer>, Problem> {
    let Request { public_key, cipher } = body.0;
    let command = CreateChannel {
        public_pem: pem(public_key.unwrap_or_default()),
        cipher,
        address: address.limit_key(),
    };
    let created = services.channels.create(command).await?;
    let digits = created
        .encrypted_key
        .iter()
        .map(|byte| format!("{byte:02x}"));
    Ok(web::Json(Answer {
        ciphertext: digits.collect(),
        session_key: created.session_key,
    }))
}

/// The text that these hexadecimal digits spell, or the text itself if they spell none.
fn pem(text: String) -> String {
    let digits: Option<Vec<u8>> = text
        .trim()
        .as_bytes()
        .chunks(2)
        .map(|pair| {
            // `from_str_radix` would take a sign, too.
            let digits = pair.len() == 2 && pair.iter().all(u8::is_ascii_hexdigit);
            let pair = std::str::from_utf8(pair).ok().filter(|_| digits)?;
            u8::from_str_radix(pair, 16).ok()
        })
        .collect();
    let spelled = digits.and_then(|bytes| String::from_utf8(bytes).ok());
    spelled
        .filter(|spelled| !spelled.is_empty())
        .unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hexadecimal_and_pem_are_the_same_key() {
        assert_eq!(pem("2d2d".to_owned()), "--");
        assert_eq!(pem("2D2D\n".to_owned()), "--");
        for other in ["", "-----BEGIN", "2d2", "é", "+1+1", "ff"] {
            assert_eq!(pem(other.to_owned()), other);
        }
    }
}
