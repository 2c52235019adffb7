//! What is said on a socket. `docs/api/events.md` explains it to those who write clients.

use sealpost_domain::inbox::{Offset, Window};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::live::signal::SignalView;

/// What a client says.
#[derive(Debug, Deserialize, PartialEq, Eq)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum ClientFrame {
    /// Begin with what comes from now on.
    Start {},
    /// Go on after this offset.
    Resume {
        /// The life of the log that the offset is of.
        epoch: String,
        /// The last offset the client has.
        offset: Offset,
    },
    /// Nothing up to and including this offset is needed again.
    Ack {
        /// How far.
        offset: Offset,
    },
    /// The user is writing.
    Typing {
        /// The id of the conversation in which.
        conversation: String,
    },
}

/// What the server says.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum ServerFrame<'a> {
    /// Events after `offset` will follow.
    Started { epoch: &'a str, offset: Offset },
    /// So many missed events follow, then what comes.
    Resumed { replayed: u64 },
    /// What the client lacks is not there; events after `latest` will follow.
    Gap {
        epoch: &'a str,
        earliest: Offset,
        latest: Offset,
    },
    /// Some events, in order and without a hole.
    Events { events: &'a [Box<RawValue>] },
    /// Something that is only of interest now.
    Signal { signal: SignalView },
    /// How far this session needs nothing again.
    Acked { offset: Offset },
    /// The client's last frame had no effect.
    Error {
        code: &'static str,
        detail: &'static str,
    },
}

impl ServerFrame<'_> {
    pub(super) fn gap(epoch: &str, window: Window) -> ServerFrame<'_> {
        ServerFrame::Gap {
            epoch,
            earliest: window.earliest,
            latest: window.latest,
        }
    }
}

/// A frame that had no effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    /// No JSON object, or not the fields that its type has.
    Malformed,
    /// No such type.
    UnknownType,
    /// Something before `start` or `resume`.
    NotStarted,
    /// A second `start` or `resume`.
    AlreadyStarted,
    /// A conversation that is not there, as far as the client may know.
    UnknownConversation,
    /// Too many of these for now.
    TooOften,
}

impl Refusal {
    pub(super) const fn frame(self) -> ServerFrame<'static> {
        let (code, detail) = match self {
            Self::Malformed => (
                "malformed-frame",
                "this is not a JSON object with the fields of its type",
            ),
            Self::UnknownType => ("unknown-type", "type is one of: start, resume, ack, typing"),
            Self::NotStarted => ("not-started", "say start or resume first"),
            Self::AlreadyStarted => (
                "already-started",
                "start and resume come once: open another socket",
            ),
            Self::UnknownConversation => (
                "unknown-conversation",
                "you are in no conversation with this id",
            ),
            Self::TooOften => ("too-many-requests", "say this less often"),
        };
        ServerFrame::Error { code, detail }
    }
}

/// What a text from the client says.
pub(super) fn parse(text: &str) -> Result<ClientFrame, Refusal> {
    // serde would read a tagged enum from an array as well.
    if !text.trim_ascii_start().starts_with('{') {
        return Err(Refusal::Malformed);
    }
    serde_json::from_str(text).map_err(|error| {
        // The text itself stays out of the answer and out of the log.
        if error.to_string().starts_with("unknown variant") {
            Refusal::UnknownType
        } else {
            Refusal::Malformed
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_clients_may_say() {
        for (text, frame) in [
            (r#"{"type":"start"}"#, ClientFrame::Start {}),
            (
                r#" {"offset": 7, "epoch": "e", "type": "resume"}"#,
                ClientFrame::Resume {
                    epoch: "e".to_owned(),
                    offset: 7,
                },
            ),
            (
                r#"{"type":"ack","offset":18446744073709551615}"#,
                ClientFrame::Ack {
                    offset: Offset::MAX,
                },
            ),
        ] {
            assert_eq!(parse(text), Ok(frame), "{text}");
        }
    }

    #[test]
    fn anything_else_is_refused_for_a_reason() {
        for text in [
            "",
            "hello",
            "[]",
            r#"["start",{}]"#,
            "{}",
            r#"{"type":7}"#,
            r#"{"type":"start","offset":1}"#,
            r#"{"type":"resume","offset":1}"#,
            r#"{"type":"ack","offset":-1}"#,
            r#"{"type":"ack","offset":1.5}"#,
            r#"{"type":"ack","offset":1,"offset":2}"#,
            r#"{"type":"start"} {}"#,
        ] {
            assert_eq!(parse(text), Err(Refusal::Malformed), "{text}");
        }
        assert_eq!(parse(r#"{"type":"Start"}"#), Err(Refusal::UnknownType));
        assert_eq!(
            parse(r#"{"type":"shout","offset":1}"#),
            Err(Refusal::UnknownType)
        );
    }

    #[test]
    fn what_the_server_says() {
        let event = RawValue::from_string(r#"{"offset":8}"#.to_owned()).unwrap();
        let window = Window {
            earliest: 3,
            latest: 9,
        };
        for (frame, json) in [
            (
                ServerFrame::Started {
                    epoch: "e",
                    offset: 9,
                },
                r#"{"type":"started","epoch":"e","offset":9}"#,
            ),
            (
                ServerFrame::Resumed { replayed: 2 },
                r#"{"type":"resumed","replayed":2}"#,
            ),
            (
                ServerFrame::gap("e", window),
                r#"{"type":"gap","epoch":"e","earliest":3,"latest":9}"#,
            ),
            (
                ServerFrame::Events { events: &[event] },
                r#"{"type":"events","events":[{"offset":8}]}"#,
            ),
            (
                ServerFrame::Acked { offset: 8 },
                r#"{"type":"acked","offset":8}"#,
            ),
            (
                Refusal::NotStarted.frame(),
                r#"{"type":"error","code":"not-started","detail":"say start or resume first"}"#,
            ),
        ] {
            assert_eq!(serde_json::to_string(&frame).unwrap(), json);
        }
    }
}
