use thiserror::Error;

use crate::Timestamp;

/// What a sender's clock showed, as it was said: seconds since the Unix epoch, as a JSON number (RFC 8259, section 6). It is
/// given back as it came and decides nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SenderClock(String);

/// The text is no such number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a number of seconds since 1970, of at most 32 characters")]
pub struct InvalidSenderClock;

impl SenderClock {
    /// The longest number that is kept, in characters.
    pub const MAX_CHARS: usize = 32;

    /// Takes what a client sent.
    ///
    /// # Errors
    /// [`InvalidSenderClock`].
    pub fn parse(text: &str) -> Result<Self, InvalidSenderClock> {
        if text.len() <= Self::MAX_CHARS && is_number(text) {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidSenderClock)
        }
    }

    /// The value of a stored row, which is not judged again.
    #[must_use]
    pub const fn restore(text: String) -> Self {
        Self(text)
    }

    /// What a clock that showed this moment would say, to the millisecond.
    #[must_use]
    pub fn at(moment: Timestamp) -> Self {
        let millis = moment.as_micros().div_euclid(1_000);
        let (seconds, rest) = (millis / 1_000, millis % 1_000);
        let sign = if millis < 0 { "-" } else { "" };
        Self(format!("{sign}{}.{:03}", seconds.abs(), rest.abs()))
    }

    /// The number as it came.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The moment it names; None if it has an exponent, or lies outside the years 0 to 9999. What is finer than a
    /// microsecond is cut off.
    #[must_use]
    pub fn to_time(&self) -> Option<Timestamp> {
        let (whole, fraction) = self.0.split_once('.').unwrap_or((&self.0, ""));
        let seconds: i64 = whole.parse().ok()?;
        let digits = fraction.get(..6).unwrap_or(fraction);
        let micros: i64 = format!("{digits:0<6}").parse().ok()?;
        let sign = if whole.starts_with('-') { -1 } else { 1 };
        let micros = seconds.checked_mul(1_000_000)?.checked_add(sign * micros)?;
        let time = Timestamp::from_micros(micros);
        time.to_utc().map(|_| time)
    }
}

/// A number in JSON's grammar: no leading zero, no sign but a minus, digits on both sides of the point.
fn is_number(text: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let (mantissa, exponent) = text
        .split_once(['e', 'E'])
        .map_or((text, None), |(mantissa, exponent)| {
            (mantissa, Some(exponent))
        });
    let (whole, fraction) = mantissa
        .split_once('.')
        .map_or((mantissa, None), |(whole, fraction)| {
            (whole, Some(fraction))
        });
    let whole = whole.strip_prefix('-').unwrap_or(whole);
    let exponent = exponent.map(|text| text.strip_prefix(['+', '-']).unwrap_or(text));
    digits(whole)
        && (whole == "0" || !whole.starts_with('0'))
        && fraction.is_none_or(digits)
        && exponent.is_none_or(digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_kept_as_they_came() {
        for (text, micros) in [
            ("1643365746", Some(1_643_365_746_000_000)),
            ("1643365746.5", Some(1_643_365_746_500_000)),
            ("1643365746.1234567", Some(1_643_365_746_123_456)),
            ("-1.25", Some(-1_250_000)),
            ("0", Some(0)),
            // Milliseconds, by mistake: the year 54045.
            ("1643365746123", None),
            ("99999999999999999999999999999999", None),
            ("1.6e9", None),
        ] {
            let clock = SenderClock::parse(text).unwrap();
            assert_eq!(clock.as_str(), text);
            assert_eq!(clock.to_time().map(Timestamp::as_micros), micros, "{text}");
        }
    }

    #[test]
    fn a_moment_is_kept_to_the_millisecond() {
        for (micros, text) in [
            (1_643_365_746_123_456, "1643365746.123"),
            (-1_250_000, "-1.250"),
            (-250_000, "-0.250"),
            (0, "0.000"),
        ] {
            let moment = Timestamp::from_micros(micros);
            let clock = SenderClock::at(moment);
            assert_eq!(SenderClock::parse(text), Ok(clock.clone()));
            assert_eq!(
                clock.to_time().map(Timestamp::as_millis),
                Some(moment.as_millis())
            );
        }
    }

    #[test]
    fn nothing_else_is_a_number() {
        let long = "1".repeat(33);
        for text in [
            "", "-", "01", "+1", "1.", ".5", "1e", "0x10", "NaN", " 1", "\"1\"", "null", "1,5",
            &long,
        ] {
            assert_eq!(SenderClock::parse(text), Err(InvalidSenderClock), "{text}");
        }
    }
}
