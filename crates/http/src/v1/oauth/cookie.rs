//! The cookie that binds a begun login to the browser that began it.

use actix_web::http::header::{self, HeaderMap, HeaderValue};
use sealpost_domain::federation::{Transaction, TransactionSecret};

/// Its name behind https. The prefix makes browsers take it from this very host alone, over https alone.
const SECURE: &str = "__Host-oauth_tx";
/// Its name in clear (on loopback), where browsers would not take the other.
const PLAIN: &str = "oauth_tx";

/// The cookie as this server sets it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TransactionCookie {
    secure: bool,
}

impl TransactionCookie {
    /// For a server that clients reach at this address.
    pub(crate) fn of(public_url: &str) -> Self {
        Self {
            secure: public_url.starts_with("https://"),
        }
    }

    const fn name(self) -> &'static str {
        if self.secure { SECURE } else { PLAIN }
    }

    /// Hands the secret to the browser, for as long as the login may take.
    pub(crate) fn set(self, secret: &TransactionSecret) -> Option<HeaderValue> {
        self.header(secret.expose(), Transaction::LIFETIME.as_secs())
    }

    /// Takes it back: it is used up.
    pub(crate) fn clear(self) -> Option<HeaderValue> {
        self.header("", 0)
    }

    fn header(self, value: &str, seconds: u64) -> Option<HeaderValue> {
        let secure = if self.secure { "; Secure" } else { "" };
        // Lax and not Strict: the way back begins at the provider's site.
        let text = format!(
            "{}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}",
            self.name()
        );
        let mut header = HeaderValue::from_str(&text).ok()?;
        header.set_sensitive(true);
        Some(header)
    }

    /// What the browser brings; None if nothing, nothing of ours, or more than one.
    pub(crate) fn read(self, headers: &HeaderMap) -> Option<TransactionSecret> {
        let cookies = headers
            .get_all(header::COOKIE)
            .filter_map(|value| value.to_str().ok())
            .flat_map(|line| line.split(';'));
        let mut values = cookies
            .filter_map(|cookie| cookie.trim().split_once('='))
            .filter(|(name, _)| *name == self.name());
        match (values.next(), values.next()) {
            (Some((_, value)), None) => TransactionSecret::parse(value).ok(),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(cookies: &[&'static str]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for cookie in cookies {
            headers.append(header::COOKIE, HeaderValue::from_static(cookie));
        }
        headers
    }

    const A: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

    #[test]
    fn behind_https_it_is_for_this_host_alone() {
        let secret = TransactionSecret::parse(A).unwrap();
        let set = |url| TransactionCookie::of(url).set(&secret).unwrap();
        assert_eq!(
            set("https://chat.example"),
            format!("__Host-oauth_tx={A}; Path=/; Max-Age=600; HttpOnly; SameSite=Lax; Secure")
        );
        assert_eq!(
            set("http://127.0.0.1:5000"),
            format!("oauth_tx={A}; Path=/; Max-Age=600; HttpOnly; SameSite=Lax")
        );
        let cleared = TransactionCookie::of("https://chat.example").clear();
        let cleared = cleared.unwrap();
        let cleared = cleared.to_str().unwrap();
        assert!(cleared.starts_with("__Host-oauth_tx=; Path=/; Max-Age=0;"));
    }

    #[test]
    fn a_cookie_that_anybody_could_have_set_is_not_taken() {
        let secure = TransactionCookie::of("https://chat.example");
        let plain = TransactionCookie::of("http://localhost");
        let of_host =
            "x=1; __Host-oauth_tx=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
        let of_anybody =
            "oauth_tx=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
        assert_eq!(secure.read(&headers(&[of_host])).unwrap().expose(), A);
        assert_eq!(secure.read(&headers(&[of_anybody])), None);
        assert_eq!(plain.read(&headers(&[of_anybody])).unwrap().expose(), A);
        assert_eq!(
            plain.read(&headers(&[of_anybody, of_anybody])),
            None,
            "which one?"
        );
        assert_eq!(plain.read(&headers(&["oauth_tx=a"])), None);
    }
}
