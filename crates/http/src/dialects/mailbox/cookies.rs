//! The two cookies of a session. Scripts can read them: clients of the contract set and read them themselves.

use std::borrow::Cow;

use actix_web::http::header::{self, HeaderMap, HeaderValue};
use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};
use sealpost_domain::sessions::Dialect;

const USERNAME: &str = "username";
const SESSION: &str = "session_id";
/// What no cookie's value can hold (RFC 6265, section 4.1.1), and the sign that stands for it.
const ENCODED: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b',')
    .add(b';')
    .add(b'\\')
    .add(b'%');

/// What a client shows.
#[derive(Debug)]
pub(super) struct Cookies<'a> {
    /// The name, as it came.
    pub(super) username: &'a str,
    /// The session's token.
    pub(super) session: &'a str,
}

impl<'a> Cookies<'a> {
    /// Both cookies; None unless each is there exactly once.
    pub(super) fn read(headers: &'a HeaderMap) -> Option<Self> {
        Some(Self {
            username: read(headers, USERNAME)?,
            session: read(headers, SESSION)?,
        })
    }

    /// The name as it came, and as it is if it was percent-encoded.
    pub(super) fn usernames(&self) -> [Cow<'a, str>; 2] {
        let decoded = percent_decode_str(self.username).decode_utf8_lossy();
        [self.username.into(), decoded]
    }
}

fn read<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let lines = headers.get_all(header::COOKIE);
    let cookies = lines
        .filter_map(|line| std::str::from_utf8(line.as_bytes()).ok())
        .flat_map(|line| line.split(';'));
    let mut values = cookies
        .filter_map(|cookie| cookie.trim().split_once('='))
        .filter(|(given, _)| *given == name)
        .map(|(_, value)| value);
    match (values.next(), values.next()) {
        (Some(value), None) => Some(value.trim_matches('"')),
        _ => None,
    }
}

/// The headers that hand the session to a browser.
pub(super) fn set(username: &str, session: &str, public_url: &str) -> [HeaderValue; 2] {
    let seconds = Dialect::Mailbox.session_lifetime().as_secs();
    [(USERNAME, username), (SESSION, session)]
        .map(|(name, value)| header(name, value, seconds, public_url))
}

/// The headers that take it back.
pub(super) fn clear(public_url: &str) -> [HeaderValue; 2] {
    [USERNAME, SESSION].map(|name| header(name, "", 0, public_url))
}

fn header(name: &str, value: &str, seconds: u64, public_url: &str) -> HeaderValue {
    let secure = if public_url.starts_with("https://") {
        "; Secure"
    } else {
        ""
    };
    let value = utf8_percent_encode(value, ENCODED);
    let text = format!("{name}={value}; Path=/; Max-Age={seconds}; SameSite=Lax{secure}");
    // Encoded as it is, it always is a header's value.
    let mut header = HeaderValue::from_str(&text).unwrap_or_else(|_| HeaderValue::from_static(""));
    header.set_sensitive(true);
    header
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(lines: &[&str]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for line in lines {
            let value = HeaderValue::from_bytes(line.as_bytes()).unwrap();
            headers.append(header::COOKIE, value);
        }
        headers
    }

    #[test]
    fn scripts_can_read_them_and_other_sites_do_not_send_them() {
        let [username, session] = set("alice", "s3", "http://127.0.0.1:5000");
        assert_eq!(
            username,
            "username=alice; Path=/; Max-Age=300; SameSite=Lax"
        );
        assert_eq!(session, "session_id=s3; Path=/; Max-Age=300; SameSite=Lax");
        let [username, _] = set("Zoë;a=b", "s3", "https://chat.example");
        assert_eq!(
            username,
            "username=Zo%C3%AB%3Ba=b; Path=/; Max-Age=300; SameSite=Lax; Secure"
        );
        let [_, session] = clear("http://localhost");
        assert_eq!(session, "session_id=; Path=/; Max-Age=0; SameSite=Lax");
    }

    #[test]
    fn names_come_encoded_or_not() {
        for line in [
            "session_id=s; username=Zoë",
            "username=Zo%C3%AB;session_id=s",
        ] {
            let headers = headers(&[line]);
            let cookies = Cookies::read(&headers).unwrap();
            assert!(cookies.usernames().iter().any(|name| name == "Zoë"));
            assert_eq!(cookies.session, "s");
        }
    }

    #[test]
    fn two_of_one_name_are_none() {
        for lines in [
            &["username=a"][..],
            &["session_id=s"],
            &["username=a; session_id=s; session_id=t"],
            &["username=a; session_id=s", "username=b"],
        ] {
            assert!(Cookies::read(&headers(lines)).is_none(), "{lines:?}");
        }
    }
}
