//! One PEM block, with the headers of RFC 1421 that OpenSSL writes and RFC 7468 has no more.

use base64ct::{Base64, Encoding};
use zeroize::Zeroizing;

/// A block, its body not decoded.
pub(super) struct Block<'a> {
    /// What it says it is.
    pub(super) label: &'a str,
    headers: Vec<(&'a str, &'a str)>,
    body: Zeroizing<String>,
}

impl<'a> Block<'a> {
    /// The only block of this text; None if there is none, or another. What stands around it is no matter.
    pub(super) fn find(text: &'a str) -> Option<Self> {
        let (_, rest) = text.split_once("-----BEGIN ")?;
        let (label, rest) = rest.split_once("-----")?;
        let (inside, after) = rest.split_once("-----END ")?;
        let closing = after.split_once("-----")?;
        if closing.0 != label || closing.1.contains("-----BEGIN ") {
            return None;
        }
        let mut lines = inside.trim().lines().map(str::trim).peekable();
        let mut headers = Vec::new();
        while let Some(header) = lines.peek().and_then(|line| line.split_once(':')) {
            headers.push((header.0.trim(), header.1.trim()));
            lines.next();
        }
        Some(Self {
            label,
            headers,
            body: Zeroizing::new(lines.collect()),
        })
    }

    /// The header's value; None unless it is there exactly once.
    pub(super) fn header(&self, name: &str) -> Option<&'a str> {
        let mut values = self.headers.iter().filter(|(given, _)| *given == name);
        match (values.next(), values.next()) {
            (Some((_, value)), None) => Some(value),
            _ => None,
        }
    }

    /// The bytes of the body.
    pub(super) fn decode(&self) -> Option<Zeroizing<Vec<u8>>> {
        Base64::decode_vec(&self.body).ok().map(Zeroizing::new)
    }
}
