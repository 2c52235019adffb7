//! Spans of time as operators write them.

use std::time::Duration;

/// A whole number of seconds (`s`), minutes (`m`), hours (`h`), days (`d`) or weeks (`w`).
pub(super) fn lifetime(text: &str) -> Result<Duration, &'static str> {
    const WANTS: &str = "write a number and s, m, h, d or w, such as 12h or 7d";
    let unit = text.chars().last().ok_or(WANTS)?;
    let seconds: u64 = match unit {
        's' => 1,
        'm' => 60,
        'h' => 60 * 60,
        'd' => 24 * 60 * 60,
        'w' => 7 * 24 * 60 * 60,
        _ => return Err(WANTS),
    };
    let digits = text.strip_suffix(unit).ok_or(WANTS)?;
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(WANTS);
    }
    let number: u64 = digits.parse().map_err(|_| WANTS)?;
    let seconds = number.checked_mul(seconds).ok_or(WANTS)?;
    Ok(Duration::from_secs(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_is_a_number_with_a_unit() {
        for (text, seconds) in [
            ("90s", 90),
            ("2m", 120),
            ("12h", 43_200),
            ("7d", 604_800),
            ("4w", 2_419_200),
        ] {
            assert_eq!(lifetime(text), Ok(Duration::from_secs(seconds)), "{text}");
        }
        for wrong in [
            "",
            "d",
            "7",
            "-7d",
            "+7d",
            "7 d",
            "7D",
            "1.5h",
            "7é",
            "99999999999999999w",
        ] {
            assert!(lifetime(wrong).is_err(), "{wrong}");
        }
    }
}
