//! What is left of a rate, as clients are told (draft-ietf-httpapi-ratelimit-headers).

use std::time::Duration;

use actix_web::http::header::{HeaderName, HeaderValue};

const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
const STATE: HeaderName = HeaderName::from_static("ratelimit");

/// What is left of a rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Budget {
    /// What is counted.
    pub(super) name: &'static str,
    /// How many may come at once.
    pub(super) at_once: u32,
    /// How long it takes until so many may come again.
    pub(super) interval: Duration,
    /// How many may come now.
    pub(super) left: u32,
    /// How long until there is one more.
    pub(super) wait: Duration,
}

impl Budget {
    /// Both headers.
    pub(crate) fn headers(&self) -> Vec<(HeaderName, HeaderValue)> {
        let Self {
            name,
            at_once,
            interval,
            left,
            wait,
        } = self;
        // Whole seconds, and never too early.
        let wait = wait.as_millis().div_ceil(1_000);
        let policy = format!(r#""{name}";q={at_once};w={}"#, interval.as_secs());
        let state = format!(r#""{name}";r={left};t={wait}"#);
        [(POLICY, policy), (STATE, state)]
            .into_iter()
            .filter_map(|(name, text)| Some((name, HeaderValue::from_str(&text).ok()?)))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_budget_is_told_in_two_headers() {
        let budget = Budget {
            name: "messages",
            at_once: 40,
            interval: Duration::from_secs(20),
            left: 7,
            wait: Duration::from_millis(500),
        };
        let headers = budget.headers();
        let headers: Vec<_> = headers
            .iter()
            .map(|(name, value)| (name.as_str(), value.to_str().unwrap()))
            .collect();
        assert_eq!(
            headers,
            [
                ("ratelimit-policy", r#""messages";q=40;w=20"#),
                ("ratelimit", r#""messages";r=7;t=1"#),
            ]
        );
    }
}
