//! Which web pages may open a socket.

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderMap, HeaderValue};

use crate::problem::Problem;

/// Refuses the pages of other sites: browsers let any page open a socket anywhere and only say whose page it is. What
/// is no browser sends no `Origin` and is not concerned.
pub(super) fn check(headers: &HeaderMap, public_url: &str) -> Result<(), Problem> {
    let mut origins = headers.get_all(header::ORIGIN);
    let (origin, another) = (origins.next(), origins.next());
    match origin {
        None => Ok(()),
        Some(origin)
            if another.is_none() && is_own(origin, headers.get(header::HOST), public_url) =>
        {
            Ok(())
        }
        Some(_) => Err(Problem::new(
            StatusCode::FORBIDDEN,
            "foreign-origin",
            "a page of another site may not open a socket here",
        )),
    }
}

/// Whether the origin (`scheme://host[:port]`) is where the request was sent, or where the server is known to be.
fn is_own(origin: &HeaderValue, host: Option<&HeaderValue>, public_url: &str) -> bool {
    let Ok(origin) = origin.to_str() else {
        return false;
    };
    let Some((_, authority)) = origin.split_once("://") else {
        return false;
    };
    let host = host.and_then(|host| host.to_str().ok());
    host.is_some_and(|host| authority.eq_ignore_ascii_case(host))
        || origin.eq_ignore_ascii_case(origin_of(public_url))
}

/// A URL without what follows its authority.
fn origin_of(url: &str) -> &str {
    let authority = url.find("://").map_or(0, |at| at + 3);
    let rest = url.get(authority..).unwrap_or_default();
    let length = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    url.get(..authority + length).unwrap_or(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(origins: &[&'static str]) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, HeaderValue::from_static("Inner.example:5000"));
        for origin in origins {
            headers.append(header::ORIGIN, HeaderValue::from_static(origin));
        }
        check(&headers, "https://chat.example/sub/").is_ok()
    }

    #[test]
    fn own_pages_and_programs_may_and_other_sites_may_not() {
        for own in [
            "http://inner.example:5000",
            "https://inner.example:5000",
            "https://CHAT.example",
        ] {
            assert!(verdict(&[own]), "{own}");
        }
        assert!(verdict(&[]), "no browser");
        for foreign in [
            "https://evil.example",
            "http://chat.example",
            "https://chat.example:444",
            "https://chat.example.evil.example",
            "http://inner.example",
            "null",
            "",
        ] {
            assert!(!verdict(&[foreign]), "{foreign}");
        }
        assert!(!verdict(&["https://chat.example", "https://evil.example"]));
    }
}
