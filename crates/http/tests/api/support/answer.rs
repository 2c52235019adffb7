use std::collections::BTreeSet;

use serde_json::Value;

/// What the server said.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    headers: Vec<(String, String)>,
    pub(crate) body: String,
    /// The body as it came.
    pub(crate) bytes: Vec<u8>,
}

impl Answer {
    pub(super) fn parse(bytes: &[u8]) -> Self {
        let head_end = bytes.windows(4).position(|four| four == b"\r\n\r\n");
        let text = String::from_utf8_lossy(bytes);
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
        let mut lines = head.lines();
        let status = lines
            .next()
            .and_then(|line| line.split(' ').nth(1))
            .unwrap_or_default();
        let headers = lines.filter_map(|line| line.split_once(": "));
        Self {
            status: status.parse().unwrap_or_default(),
            headers: headers
                .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
                .collect(),
            body: body.to_owned(),
            bytes: head_end.map_or(Vec::new(), |end| bytes[end + 4..].to_vec()),
        }
    }

    /// The header's value; None unless it is there exactly once.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut values = self
            .headers
            .iter()
            .filter(|(given, _)| given == name)
            .map(|(_, value)| value);
        values
            .next()
            .filter(|_| values.next().is_none())
            .map(String::as_str)
    }

    /// Every value of the header, in order.
    pub(crate) fn headers(&self, name: &str) -> Vec<String> {
        let found = self.headers.iter().filter(|(given, _)| given == name);
        found.map(|(_, value)| value.clone()).collect()
    }

    /// All that the caller sees, but for the time of day.
    pub(crate) fn without_date(&self) -> String {
        let headers = self.headers.iter().filter(|(name, _)| name != "date");
        // They come in any order.
        let headers: BTreeSet<_> = headers.collect();
        format!("{} {headers:?} {}", self.status, self.body)
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    /// The problem body without its request id, which was looked at.
    pub(crate) fn problem(&self) -> Value {
        assert_eq!(
            self.header("content-type"),
            Some("application/problem+json"),
            "{self:?}"
        );
        assert_eq!(self.header("cache-control"), Some("no-store"));
        let mut problem = self.json();
        assert_eq!(problem["status"], self.status);
        let id = problem
            .as_object_mut()
            .unwrap()
            .remove("request_id")
            .unwrap();
        assert_eq!(id.as_str(), self.header("x-request-id"));
        assert!(id.as_str().is_some_and(|id| !id.is_empty()));
        problem
    }
}
