//! Reads JWKs (RFC 7517).

use sealpost_domain::ports::KeyRefused;
use serde_json::{Map, Value};

use super::Public;
use super::rsa_keys::RsaKey;
use crate::{b64, json};

/// The private members of every kind of key (RFC 7518, section 6; RFC 8037, section 2).
const PRIVATE: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/// Reads a key without judging it. Members that are not needed (`kid`, `use`, `x5c`, …) are ignored.
pub(super) fn read(text: &str) -> Result<Public, KeyRefused> {
    let members = json::object(text).ok_or(KeyRefused::Unreadable)?;
    if PRIVATE.iter().any(|name| members.contains_key(*name)) {
        return Err(KeyRefused::Private);
    }
    let curve = json::text(&members, "crv");
    match (json::text(&members, "kty"), curve) {
        (Some("RSA"), _) => rsa(&members),
        (Some("OKP"), Some("X25519")) => coordinate(&members, "x").map(Public::X25519),
        (Some("OKP"), Some("Ed25519")) => coordinate(&members, "x").map(Public::Ed25519),
        (Some("EC"), Some("P-256")) => p256(&members),
        (Some(_), _) => return Err(KeyRefused::Unsupported),
        (None, _) => None,
    }
    .ok_or(KeyRefused::Unreadable)
}

fn rsa(members: &Map<String, Value>) -> Option<Public> {
    let number = |name| b64::decode(json::text(members, name)?);
    RsaKey::from_numbers(number("n")?, number("e")?).map(Public::Rsa)
}

fn p256(members: &Map<String, Value>) -> Option<Public> {
    Some(Public::P256 {
        x: coordinate(members, "x")?,
        y: coordinate(members, "y")?,
    })
}

fn coordinate(members: &Map<String, Value>, name: &str) -> Option<[u8; 32]> {
    b64::decode_array(json::text(members, name)?)
}
