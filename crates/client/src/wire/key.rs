use sealpost_domain::Timestamp;
use sealpost_domain::keys::{KeyId, KeyUse};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::parse;

/// A published key.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct PublishedKey {
    /// Its id.
    #[serde(deserialize_with = "parse::parsed")]
    pub id: KeyId,
    /// What it is for.
    #[serde(rename = "use", deserialize_with = "key_use")]
    pub key_use: KeyUse,
    /// What kind it is: `RSA`, `X25519`, `P-256`, `Ed25519`, or one that came later.
    pub algorithm: String,
    /// Who holds the private half.
    pub custody: Custody,
    /// The public key as the text of a JWK.
    #[serde(deserialize_with = "jwk")]
    pub jwk: String,
    /// Its RFC 7638 thumbprint, as the server says.
    pub fingerprint: String,
    /// When it was published.
    #[serde(deserialize_with = "parse::parsed")]
    pub created_at: Timestamp,
    /// Since when it is no longer good; None while it is.
    #[serde(default, deserialize_with = "parse::parsed_or_null")]
    pub revoked_at: Option<Timestamp>,
}

impl PublishedKey {
    /// Whether a message can be sealed to it so that its owner alone can open it.
    #[must_use]
    pub fn seals_end_to_end(&self) -> bool {
        self.key_use == KeyUse::Seal && self.custody == Custody::Client && self.revoked_at.is_none()
    }
}

/// Who holds the private half of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Custody {
    /// The owner's client, and nobody else.
    Client,
    /// The server.
    Server,
    /// Somebody of whom this version does not know.
    #[serde(other)]
    Other,
}

fn key_use<'de, D: Deserializer<'de>>(deserializer: D) -> Result<KeyUse, D::Error> {
    let name = String::deserialize(deserializer)?;
    KeyUse::parse(&name).map_err(serde::de::Error::custom)
}

fn jwk<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Value::deserialize(deserializer).map(|jwk| jwk.to_string())
}
