//! How values of the domain look in JSON.

use sealpost_domain::{Secret, Timestamp};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

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

/// Reads a text that is wiped from memory after use and that no Debug output shows.
pub(crate) fn secret<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Secret<String>, D::Error> {
    String::deserialize(deserializer).map(Secret::new)
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
}
