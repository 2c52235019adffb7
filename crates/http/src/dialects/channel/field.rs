//! Fields as they travel: texts in base64. What is no text counts as missing, which is told within the session.

use sealpost_domain::Secret;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// A field under the AES key.
pub(super) fn sealed<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<String>, D::Error> {
    Ok(match Value::deserialize(deserializer)? {
        Value::String(text) => Some(text),
        _ => None,
    })
}

/// The session key, which travels in clear.
pub(super) fn session_key<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Secret<String>>, D::Error> {
    Ok(sealed(deserializer)?.map(Secret::new))
}
