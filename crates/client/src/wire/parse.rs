//! Texts that are parsed once, on arrival.

use std::borrow::Cow;
use std::fmt::Display;
use std::str::FromStr;

use sealpost_domain::{Secret, Timestamp};
use serde::de::Error;
use serde::{Deserialize, Deserializer};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::ClientError;

/// An id, or anything else that is parsed from a text.
pub(super) fn parsed<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: FromStr<Err: Display>,
{
    let text = Cow::<str>::deserialize(deserializer)?;
    text.parse().map_err(D::Error::custom)
}

/// A moment in RFC 3339.
pub(super) fn time<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Timestamp, D::Error> {
    let text = Cow::<str>::deserialize(deserializer)?;
    read_time(&text).ok_or_else(|| D::Error::custom("not a time in RFC 3339"))
}

/// A moment in RFC 3339, or null.
pub(super) fn time_or_null<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Timestamp>, D::Error> {
    let text = Option::<Cow<str>>::deserialize(deserializer)?;
    text.map(|text| read_time(&text).ok_or_else(|| D::Error::custom("not a time in RFC 3339")))
        .transpose()
}

pub(super) fn secret<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Secret<String>, D::Error> {
    String::deserialize(deserializer).map(Secret::new)
}

fn read_time(text: &str) -> Option<Timestamp> {
    let time = OffsetDateTime::parse(text, &Rfc3339).ok()?;
    let micros = i64::try_from(time.unix_timestamp_nanos().div_euclid(1_000)).ok()?;
    Some(Timestamp::from_micros(micros))
}

/// A moment in RFC 3339.
pub(crate) fn write_time(time: Timestamp) -> Result<String, ClientError> {
    time.to_utc()
        .format(&Rfc3339)
        .map_err(ClientError::unexpected)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_lead_back() {
        for (text, micros) in [
            ("1970-01-01T00:00:01.5Z", 1_500_000),
            ("1970-01-01T01:00:00.000001+01:00", 1),
            ("1969-12-31T23:59:59Z", -1_000_000),
        ] {
            let time = read_time(text).unwrap();
            assert_eq!(time.as_micros(), micros, "{text}");
            assert_eq!(read_time(&write_time(time).unwrap()), Some(time));
        }
        assert_eq!(read_time("yesterday"), None);
    }
}
