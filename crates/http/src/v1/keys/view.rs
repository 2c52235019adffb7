use sealpost_domain::keys::PublicKey;
use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;

use crate::wire::{WireTime, base64url};

/// A published key.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Key)]
pub(crate) struct KeyView {
    /// Names the key.
    #[schema(format = "uuid", example = "019aa6b0-7c3a-7d52-9a5e-0242ac120005")]
    id: String,
    /// `seal`: others seal to it. `sign`: its owner signs with it.
    #[serde(rename = "use")]
    #[schema(value_type = String, example = "seal")]
    key_use: &'static str,
    /// `RSA`, `X25519`, `P-256` or `Ed25519`.
    #[schema(value_type = String, example = "X25519")]
    algorithm: &'static str,
    /// Who holds the private half: `client`, the owner alone; `server`, the server, sealed.
    #[schema(value_type = String, example = "client")]
    custody: &'static str,
    /// The key as a JWK (RFC 7517), public members only.
    #[schema(value_type = Object)]
    jwk: Box<RawValue>,
    /// The key's RFC 7638 thumbprint (SHA-256) in base64url: its `kid`.
    #[schema(example = "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k")]
    fingerprint: String,
    /// When it was published.
    #[schema(value_type = String, format = "date-time", example = "2026-11-21T13:04:05.678Z")]
    created_at: WireTime,
    /// Since when it is no longer good; null while it is.
    #[schema(value_type = Option<String>, required, format = "date-time")]
    revoked_at: Option<WireTime>,
}

impl From<&PublicKey> for KeyView {
    fn from(key: &PublicKey) -> Self {
        Self {
            id: key.id.to_string(),
            key_use: key.key_use.name(),
            algorithm: key.algorithm.name(),
            custody: key.custody.name(),
            // The inspector made this text; should a stored one ever be damaged, it is shown as null and not as damage.
            jwk: RawValue::from_string(key.jwk.clone())
                .unwrap_or_else(|_| RawValue::NULL.to_owned()),
            fingerprint: base64url(&key.thumbprint),
            created_at: WireTime(key.created_at),
            revoked_at: key.revoked_at.map(WireTime),
        }
    }
}
