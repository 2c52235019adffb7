//! What is said on the socket.

use sealpost_domain::inbox::Offset;
use serde::{Deserialize, Serialize};

use super::{Cursor, Gap};
use crate::wire::RawEvent;

/// What this side says.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum ClientFrame<'a> {
    Start {},
    Resume { epoch: &'a str, offset: Offset },
    Ack { offset: Offset },
}

/// What the server says.
#[derive(Debug)]
pub(super) enum ServerFrame {
    Started(Cursor),
    Resumed,
    Gap(Gap),
    Events(Vec<RawEvent>),
    Error(Refusal),
    /// `acked`, and what came later.
    Other,
}

/// Why the server does not do what it was asked.
#[derive(Debug, Deserialize)]
pub(super) struct Refusal {
    pub(super) code: String,
    pub(super) detail: String,
}

#[derive(Deserialize)]
struct Events {
    events: Vec<RawEvent>,
}

/// Which members a frame has.
#[derive(Deserialize)]
struct Tag {
    #[serde(rename = "type")]
    kind: Kind,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Started,
    Resumed,
    Gap,
    Events,
    Error,
    #[serde(other)]
    Other,
}

impl ServerFrame {
    /// Reads a frame. An enum of serde that goes by a member keeps all others apart until it has found that one; passing over
    /// them first costs less.
    pub(super) fn parse(text: &str) -> serde_json::Result<Self> {
        let Tag { kind } = serde_json::from_str(text)?;
        match kind {
            Kind::Started => serde_json::from_str(text).map(Self::Started),
            Kind::Resumed => Ok(Self::Resumed),
            Kind::Gap => serde_json::from_str(text).map(Self::Gap),
            Kind::Events => {
                serde_json::from_str(text).map(|Events { events }| Self::Events(events))
            }
            Kind::Error => serde_json::from_str(text).map(Self::Error),
            Kind::Other => Ok(Self::Other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_known_is_passed_over_whatever_it_says() {
        for text in [
            r#"{"type":"acked","offset":7}"#,
            r#"{"type":"later","events":7,"epoch":[],"code":{}}"#,
        ] {
            let frame = ServerFrame::parse(text);
            assert!(matches!(frame, Ok(ServerFrame::Other)), "{frame:?}");
        }
    }

    #[test]
    fn a_frame_may_begin_with_any_member() {
        let frame = ServerFrame::parse(r#"{"epoch":"e","offset":7,"more":1,"type":"started"}"#);
        assert!(
            matches!(&frame, Ok(ServerFrame::Started(Cursor { epoch, offset: 7 })) if epoch == "e"),
            "{frame:?}"
        );
    }

    #[test]
    fn what_lacks_a_member_is_no_frame() {
        for text in [
            r#"{"type":"started","offset":7}"#,
            r#"{"type":"events"}"#,
            r#"{"type":"gap","epoch":"e","earliest":1}"#,
            r#"{"events":[]}"#,
            "[]",
        ] {
            assert!(ServerFrame::parse(text).is_err(), "{text}");
        }
    }
}
