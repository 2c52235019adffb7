//! Texts that are parsed once, on arrival.

use std::borrow::Cow;
use std::fmt::Display;
use std::str::FromStr;

use base64ct::{Base64UrlUnpadded, Encoding as _};
use sealpost_domain::Secret;
use serde::de::Error;
use serde::{Deserialize, Deserializer};
use zeroize::Zeroizing;

/// An id, a moment, or anything else that is parsed from a text.
pub(super) fn parsed<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: FromStr<Err: Display>,
{
    let text = Cow::<str>::deserialize(deserializer)?;
    text.parse().map_err(D::Error::custom)
}

/// Anything that is parsed from a text, or null.
pub(super) fn parsed_or_null<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: FromStr<Err: Display>,
{
    let text = Option::<Cow<str>>::deserialize(deserializer)?;
    text.map(|text| text.parse().map_err(D::Error::custom))
        .transpose()
}

pub(super) fn secret<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Secret<String>, D::Error> {
    String::deserialize(deserializer).map(Secret::new)
}

pub(crate) fn secret_or_none<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Secret<String>>, D::Error> {
    Option::<String>::deserialize(deserializer).map(|text| text.map(Secret::new))
}

/// Bytes in base64url without padding.
pub(super) fn bytes<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
    let text = Zeroizing::new(String::deserialize(deserializer)?);
    // What the library would say might repeat a secret.
    Base64UrlUnpadded::decode_vec(&text).map_err(|_| D::Error::custom("not base64url"))
}

/// Bytes that must not be seen.
pub(super) fn secret_bytes<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Secret<Vec<u8>>, D::Error> {
    bytes(deserializer).map(Secret::new)
}
