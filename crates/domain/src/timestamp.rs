//! A moment in time: whole microseconds since the Unix epoch, UTC.

use std::fmt;
use std::ops::{Add, Sub};
use std::str::FromStr;
use std::time::Duration;

use thiserror::Error;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// Microseconds since 1970-01-01T00:00:00Z, as stored in both databases.
///
/// Arithmetic saturates: a moment too far away is the furthest one that can be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The moment this many microseconds after the epoch.
    #[must_use]
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// Microseconds since the epoch.
    #[must_use]
    pub const fn as_micros(self) -> i64 {
        self.0
    }

    /// The moment this many seconds after the epoch.
    #[must_use]
    pub const fn from_seconds(seconds: i64) -> Self {
        Self(seconds.saturating_mul(1_000_000))
    }

    /// Whole seconds since the epoch, rounded down.
    #[must_use]
    pub const fn as_seconds(self) -> i64 {
        self.0.div_euclid(1_000_000)
    }

    /// Whole milliseconds since the epoch, rounded down; zero before it.
    #[must_use]
    pub fn as_millis(self) -> u64 {
        u64::try_from(self.0.div_euclid(1_000)).unwrap_or(0)
    }

    /// How long after `earlier` this is; zero if it is not after it.
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_micros(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }

    /// The same moment as a calendar date and time; None outside the years 0 to 9999, which RFC 3339 cannot write.
    #[must_use]
    pub fn to_utc(self) -> Option<OffsetDateTime> {
        OffsetDateTime::from_unix_timestamp_nanos(i128::from(self.0) * 1_000)
            .ok()
            .filter(|utc| (0..=9999).contains(&utc.year()))
    }
}

/// RFC 3339 in UTC, always with milliseconds: `2026-11-21T13:04:05.678Z`. A moment that it cannot write is shown as the
/// epoch.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let utc = self.to_utc().unwrap_or(OffsetDateTime::UNIX_EPOCH);
        let mut text = *b"0000-00-00T00:00:00.000Z";
        // Digit by digit, since `write!` takes longer and a page of messages has a hundred moments.
        for (place, width, value) in [
            (0, 4, utc.year().unsigned_abs()),
            (5, 2, u32::from(u8::from(utc.month()))),
            (8, 2, u32::from(utc.day())),
            (11, 2, u32::from(utc.hour())),
            (14, 2, u32::from(utc.minute())),
            (17, 2, u32::from(utc.second())),
            (20, 3, u32::from(utc.millisecond())),
        ] {
            let mut left = value;
            for digit in text.iter_mut().skip(place).take(width).rev() {
                *digit += u8::try_from(left % 10).unwrap_or(0);
                left /= 10;
            }
        }
        f.write_str(std::str::from_utf8(&text).map_err(|_| fmt::Error)?)
    }
}

/// The text is no moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a time looks like 2026-11-21T13:04:05.678Z (RFC 3339)")]
pub struct InvalidTimestamp;

/// Takes RFC 3339 with any offset; what is finer than a microsecond is cut off.
impl FromStr for Timestamp {
    type Err = InvalidTimestamp;

    fn from_str(text: &str) -> Result<Self, InvalidTimestamp> {
        let moment = OffsetDateTime::parse(text, &Rfc3339).map_err(|_| InvalidTimestamp)?;
        let micros = moment.unix_timestamp_nanos().div_euclid(1_000);
        i64::try_from(micros)
            .map(Self)
            .map_err(|_| InvalidTimestamp)
    }
}

fn micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}

impl Add<Duration> for Timestamp {
    type Output = Self;

    fn add(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(micros(duration)))
    }
}

impl Sub<Duration> for Timestamp {
    type Output = Self;

    fn sub(self, duration: Duration) -> Self {
        Self(self.0.saturating_sub(micros(duration)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_round_down_on_both_sides_of_the_epoch() {
        assert_eq!(Timestamp::from_micros(1_999_999).as_seconds(), 1);
        assert_eq!(Timestamp::from_micros(-1).as_seconds(), -1);
    }

    #[test]
    fn since_is_never_negative() {
        let (early, late) = (Timestamp::from_seconds(1), Timestamp::from_seconds(3));
        assert_eq!(late.since(early), Duration::from_secs(2));
        assert_eq!(early.since(late), Duration::ZERO);
    }

    #[test]
    fn arithmetic_saturates() {
        assert_eq!(
            Timestamp::from_micros(i64::MAX) + Duration::from_secs(1),
            Timestamp::from_micros(i64::MAX)
        );
    }

    #[test]
    fn text_always_has_three_decimals_and_reads_back() {
        for (micros, text) in [
            (0, "1970-01-01T00:00:00.000Z"),
            (1_700_000_000_999_999, "2023-11-14T22:13:20.999Z"),
            (-1, "1969-12-31T23:59:59.999Z"),
            (-62_135_596_800_000_000, "0001-01-01T00:00:00.000Z"),
            (253_402_300_799_999_999, "9999-12-31T23:59:59.999Z"),
            (1_704_164_645_007_000, "2024-01-02T03:04:05.007Z"),
        ] {
            assert_eq!(Timestamp::from_micros(micros).to_string(), text);
            let read: Timestamp = text.parse().unwrap();
            assert_eq!(read.as_micros(), micros.div_euclid(1_000) * 1_000);
        }
        assert_eq!(Timestamp::from_micros(i64::MAX).to_utc(), None);
        assert_eq!(Timestamp::from_micros(i64::MIN).to_utc(), None);
    }

    #[test]
    fn text_is_taken_with_any_offset_and_precision() {
        for text in [
            "2023-11-14T22:13:20.999999Z",
            "2023-11-14T22:13:20.9999999z",
            "2023-11-14T23:43:20.999999+01:30",
        ] {
            assert_eq!(
                text.parse::<Timestamp>().unwrap().as_micros(),
                1_700_000_000_999_999,
                "{text}"
            );
        }
        for text in [
            "",
            "now",
            "2023-11-14",
            "2023-11-14T22:13:20",
            "2023-13-14T22:13:20Z",
            "1700000000",
        ] {
            assert_eq!(text.parse::<Timestamp>(), Err(InvalidTimestamp), "{text}");
        }
    }
}
