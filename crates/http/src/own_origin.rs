//! Whose page it is that asks: this server's, or that of another site.

use actix_web::http::header::{self, HeaderMap, HeaderValue};

/// Whether the request says that it comes from a page of another site, by its `Origin`. What is no browser sends none.
pub(crate) fn is_foreign(headers: &HeaderMap, public_url: &str) -> bool {
    let mut origins = headers.get_all(header::ORIGIN);
    match (origins.next(), origins.next()) {
        (None, _) => false,
        (Some(origin), None) => {
            let origin = origin.to_str().ok();
            !origin.is_some_and(|origin| is_own(origin, headers.get(header::HOST), public_url))
        }
        (Some(_), Some(_)) => true,
    }
}

/// Whether the origin (`scheme://host[:port]`) is where the request was sent, or where the server is known to be.
pub(crate) fn is_own(origin: &str, host: Option<&HeaderValue>, public_url: &str) -> bool {
    let Some((_, authority)) = origin.split_once("://") else {
        return false;
    };
    let host = host.and_then(|host| host.to_str().ok());
    host.is_some_and(|host| authority.eq_ignore_ascii_case(host))
        || origin.eq_ignore_ascii_case(split_url(public_url).0)
}

/// A URL's origin, and what follows it.
pub(crate) fn split_url(url: &str) -> (&str, &str) {
    let authority = url.find("://").map_or(0, |at| at + 3);
    let rest = url.get(authority..).unwrap_or_default();
    let length = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    url.split_at_checked(authority + length)
        .unwrap_or((url, ""))
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
        !is_foreign(&headers, "https://chat.example/sub/")
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
