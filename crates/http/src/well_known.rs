//! Documents at places that standards name.

use actix_web::http::header;
use actix_web::{HttpResponse, get, web};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sealpost_domain::ports::PublicSigningKey;
use serde::Serialize;
use utoipa::ToSchema;

use crate::Services;
use crate::openapi::{CommonProblems, DISCOVERY};
use crate::registration::Registration;

pub(crate) fn configure(config: &mut Registration<'_>) {
    config.service(signing_keys);
}

/// A JWK Set (RFC 7517).
#[derive(Serialize, ToSchema)]
struct JwkSet {
    keys: Vec<Jwk>,
}

/// An Ed25519 public key as a JWK (RFC 8037).
#[derive(Serialize, ToSchema)]
struct Jwk {
    #[schema(value_type = String, example = "OKP")]
    kty: &'static str,
    #[schema(value_type = String, example = "Ed25519")]
    crv: &'static str,
    /// The public key, base64url without padding.
    #[schema(example = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo")]
    x: String,
    /// What tokens call it: its RFC 7638 thumbprint.
    #[schema(example = "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k")]
    kid: String,
    #[schema(value_type = String, example = "sig")]
    #[serde(rename = "use")]
    usage: &'static str,
    #[schema(value_type = String, example = "EdDSA")]
    alg: &'static str,
}

impl From<&PublicSigningKey> for Jwk {
    fn from(key: &PublicSigningKey) -> Self {
        Self {
            kty: "OKP",
            crv: "Ed25519",
            x: URL_SAFE_NO_PAD.encode(key.x),
            kid: key.kid.clone(),
            usage: "sig",
            alg: "EdDSA",
        }
    }
}

/// The keys that sign access tokens
///
/// Whoever wants to check an access token finds its key here by `kid`. May be cached for five minutes.
#[utoipa::path(
    tag = DISCOVERY,
    security(()),
    responses((status = 200, body = JwkSet), CommonProblems)
)]
#[get("/.well-known/jwks.json")]
async fn signing_keys(services: web::Data<Services>) -> HttpResponse {
    let keys = services.signing_keys.iter().map(Jwk::from).collect();
    HttpResponse::Ok()
        .insert_header((header::CACHE_CONTROL, "public, max-age=300"))
        .json(JwkSet { keys })
}
