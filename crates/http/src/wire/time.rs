//! Moments as text.

use sealpost_domain::Timestamp;
use serde::{Serialize, Serializer};
use thiserror::Error;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// A moment as RFC 3339 text in UTC, always with milliseconds: `2026-11-21T13:04:05.678Z`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct WireTime(pub(crate) Timestamp);

impl Serialize for WireTime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let utc = self.0.to_utc();
        serializer.collect_str(&format_args!(
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z",
            utc.year(),
            u8::from(utc.month()),
            utc.day(),
            utc.hour(),
            utc.minute(),
            utc.second(),
            utc.millisecond(),
        ))
    }
}

/// The text is no moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a time looks like 2026-11-21T13:04:05.678Z (RFC 3339)")]
pub(crate) struct InvalidTime;

/// Takes RFC 3339 with any offset; what is finer than a microsecond is cut off.
pub(crate) fn parse_time(text: &str) -> Result<Timestamp, InvalidTime> {
    let moment = OffsetDateTime::parse(text, &Rfc3339).map_err(|_| InvalidTime)?;
    let micros = moment.unix_timestamp_nanos().div_euclid(1_000);
    i64::try_from(micros)
        .map(Timestamp::from_micros)
        .map_err(|_| InvalidTime)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_always_have_three_decimals() {
        for (micros, text) in [
            (0, "1970-01-01T00:00:00.000Z"),
            (1_700_000_000_999_999, "2023-11-14T22:13:20.999Z"),
            (-1, "1969-12-31T23:59:59.999Z"),
        ] {
            let time = WireTime(Timestamp::from_micros(micros));
            assert_eq!(serde_json::to_value(time).unwrap(), text);
        }
    }

    #[test]
    fn times_are_taken_with_any_offset_and_precision() {
        for text in [
            "2023-11-14T22:13:20.999999Z",
            "2023-11-14T22:13:20.9999999z",
            "2023-11-14T23:43:20.999999+01:30",
        ] {
            let time = parse_time(text).unwrap();
            assert_eq!(time.as_micros(), 1_700_000_000_999_999, "{text}");
        }
        for text in [
            "",
            "now",
            "2023-11-14",
            "2023-11-14T22:13:20",
            "2023-13-14T22:13:20Z",
            "1700000000",
        ] {
            assert_eq!(parse_time(text), Err(InvalidTime), "{text}");
        }
    }
}
