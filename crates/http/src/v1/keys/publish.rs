use actix_web::middleware::from_fn;
use actix_web::{HttpResponse, post, web};
use sealpost_domain::keys::{KeyId, KeyUse, PublishKey};
use sealpost_domain::ports::KeyMaterial;
use serde::Deserialize;
use serde_json::value::RawValue;
use utoipa::{IntoResponses, ToSchema};

use super::KeyView;
use crate::Services;
use crate::extract::{Authenticated, Json};
use crate::idempotency::{IdempotencyKeyHeader, idempotent};
use crate::openapi::{AuthProblems, BodyProblems, CommonProblems, KEYS, Responses, problems};
use crate::problem::{FieldError, FieldErrors, Problem};

/// A key to publish: `jwk` or `pem`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewKey {
    /// `seal`: others seal to it. `sign`: you sign with it.
    #[serde(rename = "use")]
    #[schema(example = "seal")]
    key_use: String,
    /// A public JWK (RFC 7517): RSA of 2048 to 8192 bits, X25519, P-256 or Ed25519.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    jwk: Option<Box<RawValue>>,
    /// The PEM of an RSA public key (SPKI or PKCS#1).
    #[serde(default)]
    pem: Option<String>,
    /// The id of the key that this one takes the place of: yours, good, and of the same use.
    #[serde(default)]
    #[schema(format = "uuid")]
    replaces: Option<String>,
}

impl NewKey {
    fn into_command(self) -> Result<PublishKey, Problem> {
        let mut errors = FieldErrors::default();
        let key_use = errors.check_as("use", "unknown-key-use", KeyUse::parse(&self.key_use));
        let replaces = self
            .replaces
            .as_deref()
            .map(str::parse::<KeyId>)
            .transpose();
        let replaces = errors.check_as("replaces", "invalid-id", replaces);
        let material = match (self.jwk, self.pem) {
            (Some(jwk), None) => Some(KeyMaterial::Jwk(jwk.get().to_owned())),
            (None, Some(pem)) => Some(KeyMaterial::Pem(pem)),
            _ => {
                errors.push(FieldError::new(
                    "",
                    "give the key as jwk or as pem, not both",
                    "jwk-or-pem",
                ));
                None
            }
        };
        match (key_use, replaces, material) {
            (Some(key_use), Some(replaces), Some(material)) => Ok(PublishKey {
                key_use,
                material,
                replaces,
            }),
            _ => Err(errors.into_problem()),
        }
    }
}

/// What only this route answers.
struct Refusals;

impl IntoResponses for Refusals {
    fn responses() -> Responses {
        problems(&[
            (
                404,
                "not-found",
                "`not-found`: the key to be replaced is not one of your good keys of this use",
            ),
            (
                409,
                "key-already-published",
                "`key-already-published`: you have published this key before. `too-many-keys`: withdraw one first",
            ),
        ])
    }
}

/// Publish a key
///
/// Whoever talks with you hears of it (`key.changed`). Bad keys are refused: weak or broken ones, and above all a
/// private half that came along. A key is published once; to put a new one in the place of an old one, name the old
/// one in `replaces`.
#[utoipa::path(
    tag = KEYS,
    security(("bearer" = [])),
    params(IdempotencyKeyHeader),
    request_body = NewKey,
    responses(
        (status = 201, body = KeyView, description = "The key is published"),
        AuthProblems,
        Refusals,
        BodyProblems,
        CommonProblems,
    ),
)]
#[post("/me/keys", wrap = "from_fn(idempotent)")]
pub(crate) async fn publish_key(
    services: web::Data<Services>,
    Authenticated(actor): Authenticated,
    body: Json<NewKey>,
) -> Result<HttpResponse, Problem> {
    let key = services
        .keys
        .publish(&actor, body.0.into_command()?)
        .await?;
    Ok(HttpResponse::Created().json(KeyView::from(&key)))
}
