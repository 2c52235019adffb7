//! Conditional and partial requests (RFC 9110, sections 13 and 14), as far as a download needs them.

use std::ops::Range;

use actix_web::http::header::{self, HeaderMap, HeaderName};

/// What to answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Wanted {
    /// All of it: 200.
    All,
    /// A stretch of it: 206.
    Part(Range<u64>),
    /// Nothing, the client has it already: 304.
    NotModified,
    /// Nothing, there is no such stretch: 416.
    Unsatisfiable,
}

/// What the head asks of a thing of `size` bytes whose strong validator is `etag` (quotes included).
pub(super) fn wanted(headers: &HeaderMap, etag: &str, size: u64) -> Wanted {
    if lists(headers, header::IF_NONE_MATCH, etag) {
        return Wanted::NotModified;
    }
    let mut ranges = headers.get_all(header::RANGE);
    let (Some(range), None) = (ranges.next(), ranges.next()) else {
        return Wanted::All;
    };
    // A date never matches: no answer of ours has `Last-Modified`. Only a strong validator counts.
    let unchanged = headers
        .get(header::IF_RANGE)
        .is_none_or(|validator| validator.as_bytes() == etag.as_bytes());
    match range.to_str() {
        Ok(range) if unchanged => parse(range, size),
        _ => Wanted::All,
    }
}

/// Whether the list of validators names this one, or everything; a weak one counts too (RFC 9110, section 13.1.2).
fn lists(headers: &HeaderMap, name: HeaderName, etag: &str) -> bool {
    headers
        .get_all(name)
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .any(|given| given == "*" || given.strip_prefix("W/").unwrap_or(given) == etag)
}

/// One range of bytes. What is no range, and several at once, are as if nothing was asked (section 14.2).
fn parse(text: &str, size: u64) -> Wanted {
    let bounds = text
        .split_once('=')
        .filter(|(unit, _)| unit.trim().eq_ignore_ascii_case("bytes"))
        .and_then(|(_, bounds)| bounds.trim().split_once('-'));
    match bounds {
        Some(("", suffix)) => number(suffix).map_or(Wanted::All, |length| match (length, size) {
            (0, _) | (_, 0) => Wanted::Unsatisfiable,
            _ => Wanted::Part(size.saturating_sub(length)..size),
        }),
        Some((first, last)) => {
            let last = if last.is_empty() {
                Some(u64::MAX)
            } else {
                number(last)
            };
            match (number(first), last) {
                (Some(first), Some(last)) if first <= last => stretch(first, last, size),
                _ => Wanted::All,
            }
        }
        None => Wanted::All,
    }
}

const fn stretch(first: u64, last: u64, size: u64) -> Wanted {
    if first >= size {
        return Wanted::Unsatisfiable;
    }
    let end = last.saturating_add(1);
    Wanted::Part(first..if end < size { end } else { size })
}

/// Digits alone; what is larger than any file counts as that.
fn number(text: &str) -> Option<u64> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;

    use super::*;

    const ETAG: &str = "\"e\"";

    fn ask(list: &[(HeaderName, &'static str)], size: u64) -> Wanted {
        let mut headers = HeaderMap::new();
        for (name, value) in list {
            headers.append(name.clone(), HeaderValue::from_static(value));
        }
        wanted(&headers, ETAG, size)
    }

    #[test]
    fn ranges() {
        use Wanted::{All, Part, Unsatisfiable};
        for (range, size, expected) in [
            ("bytes=0-0", 10, Part(0..1)),
            ("bytes=2-5", 10, Part(2..6)),
            ("Bytes=2-", 10, Part(2..10)),
            ("bytes=-3", 10, Part(7..10)),
            ("bytes=-30", 10, Part(0..10)),
            ("bytes=5-99999999999999999999999", 10, Part(5..10)),
            ("bytes=10-", 10, Unsatisfiable),
            ("bytes=99999999999999999999999-", 10, Unsatisfiable),
            ("bytes=-0", 10, Unsatisfiable),
            ("bytes=0-", 0, Unsatisfiable),
            ("bytes=-1", 0, Unsatisfiable),
            ("bytes=5-2", 10, All),
            ("bytes=0-1,3-4", 10, All),
            ("bytes=-", 10, All),
            ("bytes=+1-2", 10, All),
            ("bytes=1-x", 10, All),
            ("lines=1-2", 10, All),
            ("bytes 1-2", 10, All),
        ] {
            assert_eq!(ask(&[(header::RANGE, range)], size), expected, "{range}");
        }
        assert_eq!(ask(&[], 10), All);
        assert_eq!(
            ask(
                &[(header::RANGE, "bytes=0-0"), (header::RANGE, "bytes=1-1")],
                10
            ),
            All
        );
    }

    #[test]
    fn if_range_wants_the_strong_validator() {
        let range = (header::RANGE, "bytes=0-0");
        for (validator, part) in [
            ("\"e\"", true),
            ("W/\"e\"", false),
            ("\"x\"", false),
            ("Sat, 21 Nov 2026 13:04:05 GMT", false),
        ] {
            let answer = ask(&[range.clone(), (header::IF_RANGE, validator)], 10);
            assert_eq!(answer == Wanted::Part(0..1), part, "{validator}");
        }
    }

    #[test]
    fn if_none_match_comes_before_the_range() {
        let range = (header::RANGE, "bytes=0-0");
        for (given, same) in [
            ("\"e\"", true),
            ("W/\"e\"", true),
            ("\"x\", \"e\"", true),
            ("*", true),
            ("\"x\"", false),
        ] {
            let answer = ask(&[(header::IF_NONE_MATCH, given), range.clone()], 10);
            assert_eq!(answer == Wanted::NotModified, same, "{given}");
        }
    }
}
