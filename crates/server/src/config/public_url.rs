//! Where clients reach the server.

use std::fmt;
use std::net::SocketAddr;

use url::{Host, Url};

use super::value::Value;

/// An http or https address without user, query, fragment or last slash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicUrl(String);

impl PublicUrl {
    /// What a client on this machine would use for a listener: the default when nobody sets an address.
    #[must_use]
    pub fn of_listener(listener: SocketAddr) -> Self {
        if listener.ip().is_unspecified() {
            Self(format!("http://localhost:{}", listener.port()))
        } else {
            Self(format!("http://{listener}"))
        }
    }

    /// The name or address in it.
    #[must_use]
    pub fn host(&self) -> Option<Host<String>> {
        Url::parse(&self.0).ok()?.host().map(|host| host.to_owned())
    }

    /// The address, to which a path that begins with a slash can be appended.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for PublicUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Value for PublicUrl {
    const WANTS: &'static str = "an address such as https://sealpost.example.org";

    fn parse(text: &str) -> Option<Self> {
        let url = Url::parse(text).ok()?;
        let right = matches!(url.scheme(), "http" | "https")
            && url.username().is_empty()
            && url.password().is_none()
            && url.query().is_none()
            && url.fragment().is_none();
        right.then(|| Self(url.as_str().trim_end_matches('/').to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_no_last_slash() {
        let parse = |text| PublicUrl::parse(text).map(|url| url.to_string());
        assert_eq!(
            parse("https://Example.org/").as_deref(),
            Some("https://example.org")
        );
        assert_eq!(
            parse("http://example.org:8000/x/").as_deref(),
            Some("http://example.org:8000/x")
        );
        for wrong in [
            "",
            "example.org",
            "ftp://example.org",
            "https://a:b@example.org",
            "https://example.org/?x",
        ] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_listener_on_all_addresses_is_reached_on_localhost() {
        let of = |text: &str| PublicUrl::of_listener(text.parse().unwrap()).to_string();
        assert_eq!(of("127.0.0.1:5000"), "http://127.0.0.1:5000");
        assert_eq!(of("0.0.0.0:80"), "http://localhost:80");
        assert_eq!(of("[::]:5000"), "http://localhost:5000");
        assert_eq!(of("[::1]:5000"), "http://[::1]:5000");
    }
}
