//! Headers with underscores. Proxies differ in what they make of them: some drop them, some take `-` and `_` for the same.
//! So the document's spelling alone is read, and a request that could be read in two ways is refused.

use actix_web::http::header::HeaderMap;

use crate::problem::Problem;

/// The header's value as it came; None if it is not there or empty. HTTP has no letter case in names.
///
/// # Errors
/// A 400 if it came more than once, or in two spellings.
pub(super) fn single<'a>(
    headers: &'a HeaderMap,
    name: &'static str,
) -> Result<Option<&'a [u8]>, Problem> {
    let mut alike = headers
        .iter()
        .filter(|(given, _)| fold(given.as_str()).eq(fold(name)));
    let Some((given, value)) = alike.next() else {
        return Ok(None);
    };
    if alike.next().is_some() {
        let text = format!("The header {name} came more than once, or in two spellings");
        return Err(Problem::bad_request("ambiguous-header", text));
    }
    let exact = given.as_str().eq_ignore_ascii_case(name);
    Ok(Some(value.as_bytes()).filter(|value| exact && !value.is_empty()))
}

/// The same as a text.
///
/// # Errors
/// A 400 also if it is no UTF-8.
pub(super) fn text<'a>(
    headers: &'a HeaderMap,
    name: &'static str,
) -> Result<Option<&'a str>, Problem> {
    single(headers, name)?
        .map(|value| std::str::from_utf8(value).map_err(|_| no_text(name)))
        .transpose()
}

fn no_text(name: &str) -> Problem {
    let text = format!("The header {name} is not UTF-8");
    Problem::bad_request("header-encoding", text)
}

fn fold(name: &str) -> impl Iterator<Item = u8> {
    name.bytes().map(|byte| match byte {
        b'_' => b'-',
        byte => byte.to_ascii_lowercase(),
    })
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::{HeaderName, HeaderValue};

    use super::*;

    fn read(list: &[(&str, &[u8])]) -> Result<Option<String>, u16> {
        let mut headers = HeaderMap::new();
        for (name, value) in list {
            let name: HeaderName = name.parse().unwrap();
            headers.append(name, HeaderValue::from_bytes(value).unwrap());
        }
        text(&headers, "User_Name")
            .map(|found| found.map(str::to_owned))
            .map_err(|problem| problem.status().as_u16())
    }

    #[test]
    fn one_spelling_once() {
        let found = |text: &str| Ok(Some(text.to_owned()));
        assert_eq!(read(&[]), Ok(None));
        assert_eq!(read(&[("User_Name", b"")]), Ok(None));
        assert_eq!(read(&[("User_Name", b"w")]), found("w"));
        assert_eq!(read(&[("USER_NAME", b"w")]), found("w"));
        assert_eq!(read(&[("user_name", "Zoë".as_bytes())]), found("Zoë"));
        // Not the document's name.
        assert_eq!(read(&[("User-Name", b"w")]), Ok(None));
        assert_eq!(read(&[("UserName", b"w")]), Ok(None));
    }

    #[test]
    fn what_two_parsers_could_read_in_two_ways_is_refused() {
        for second in ["User_Name", "User-Name", "user-name"] {
            for value in [&b"w"[..], b"x", b""] {
                assert_eq!(read(&[("User_Name", b"w"), (second, value)]), Err(400));
            }
        }
        assert_eq!(read(&[("User-Name", b"w"), ("user-Name", b"w")]), Err(400));
        assert_eq!(read(&[("User_Name", b"\xE9")]), Err(400));
    }
}
