//! How values of the domain look in JSON and in queries.

mod id;
mod large;
mod paging;
mod time;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, PercentEncode, utf8_percent_encode};
use sealpost_domain::Secret;
use serde::{Deserialize, Deserializer};

pub(crate) use id::WireId;
pub(crate) use large::LargeJson;
pub(crate) use paging::{
    ListView, PageLimit, PageQuery, decode_cursor, encode_cursor, invalid_cursor,
};
pub(crate) use time::WireTime;

/// Everything but the unreserved characters of RFC 3986.
const PATH_SEGMENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// A text as one segment of a path.
pub(crate) fn encode_segment(text: &str) -> PercentEncode<'_> {
    utf8_percent_encode(text, PATH_SEGMENT)
}

/// Bytes in JSON: base64url without padding (RFC 4648, section 5).
pub(crate) fn base64url(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Reads a text that may be left out of a merge patch (RFC 7396) but not be removed by it: null is refused.
pub(crate) fn present<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<String>, D::Error> {
    String::deserialize(deserializer).map(Some)
}

/// Reads a member of a merge patch that may be left out: what is there is `Some`, and null too if `T` takes it.
pub(crate) fn given<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

/// Reads a text that is wiped from memory after use and that no Debug output shows.
pub(crate) fn secret<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Secret<String>, D::Error> {
    String::deserialize(deserializer).map(Secret::new)
}

/// The same for a text that need not be there.
pub(crate) fn optional_secret<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Secret<String>>, D::Error> {
    Ok(Option::<String>::deserialize(deserializer)?.map(Secret::new))
}
