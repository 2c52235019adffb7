//! What is said on a socket. `docs/api/events.md` explains it to those who write clients.

use sealpost_domain::Timestamp;
use sealpost_domain::inbox::{Event, EventData, EventKind, Offset, Window};
use sealpost_domain::sessions::SessionId;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::live::feed::Beginning;
use crate::live::signal::SignalView;
use crate::live::view::{EventView, Renderer};

/// What a client says.
#[derive(Debug, Deserialize, PartialEq, Eq)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum ClientFrame {
    /// Begin without a cursor.
    Start {
        /// Where; with what comes from now on unless said otherwise.
        #[serde(default)]
        from: StartFrom,
    },
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

/// Where a client begins that has no cursor.
#[derive(Debug, Clone, Copy, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub(super) enum StartFrom {
    /// With the first event that is still there.
    Earliest,
    /// With what comes from now on.
    #[default]
    Latest,
}

impl From<StartFrom> for Beginning {
    fn from(from: StartFrom) -> Self {
        match from {
            StartFrom::Earliest => Self::Earliest,
            StartFrom::Latest => Self::Latest,
        }
    }
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
    Events { events: &'a [EventView] },
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

/// A frame for the description of the socket.
pub(in crate::live) struct Said {
    /// Its `type`.
    pub(in crate::live) name: &'static str,
    /// What it is for.
    pub(in crate::live) summary: &'static str,
    /// One as it is sent.
    pub(in crate::live) example: Value,
}

const EPOCH: &str = "2b7e151628aed2a6";

/// Every frame of a client.
pub(in crate::live) fn client_frames() -> Vec<Said> {
    let said = |summary, frame: ClientFrame| {
        // A frame that is added here has to say what it looks like.
        let (name, example) = match frame {
            ClientFrame::Start { .. } => ("start", json!({"type": "start", "from": "latest"})),
            ClientFrame::Resume { epoch, offset } => (
                "resume",
                json!({"type": "resume", "epoch": epoch, "offset": offset}),
            ),
            ClientFrame::Ack { offset } => ("ack", json!({"type": "ack", "offset": offset})),
            ClientFrame::Typing { conversation } => (
                "typing",
                json!({"type": "typing", "conversation": conversation}),
            ),
        };
        Said {
            name,
            summary,
            example,
        }
    };
    let epoch = EPOCH.to_owned();
    let conversation = "019aa6b0-7c3a-7d52-9a5e-0242ac120003".to_owned();
    vec![
        said(
            "Begin without a cursor",
            ClientFrame::Start {
                from: StartFrom::Latest,
            },
        ),
        said(
            "Go on after a cursor",
            ClientFrame::Resume { epoch, offset: 7 },
        ),
        said(
            "Nothing up to here is needed again",
            ClientFrame::Ack { offset: 8 },
        ),
        said("The user is writing", ClientFrame::Typing { conversation }),
    ]
}

/// Every frame of the server.
pub(in crate::live) fn server_frames() -> Vec<Said> {
    let said = |frame: ServerFrame<'_>| {
        // A frame that is added here has to say what it is for.
        let (name, summary) = match frame {
            ServerFrame::Started { .. } => ("started", "Events after this cursor will follow"),
            ServerFrame::Resumed { .. } => ("resumed", "So many missed events follow"),
            ServerFrame::Gap { .. } => ("gap", "What the client lacks is not there"),
            ServerFrame::Events { .. } => ("events", "Events, in order and without a hole"),
            ServerFrame::Signal { .. } => ("signal", "Something that is only of interest now"),
            ServerFrame::Acked { .. } => ("acked", "Where the mark of this device stands"),
            ServerFrame::Error { .. } => ("error", "The client's last frame had no effect"),
        };
        Said {
            name,
            summary,
            example: serde_json::to_value(frame).unwrap_or_default(),
        }
    };
    let signal = SignalView::ReadMarker {
        conversation_id: "019aa6b0-7c3a-7d52-9a5e-0242ac120003".to_owned(),
        user_id: "019aa6b0-7c3a-7d52-9a5e-0242ac120001".to_owned(),
        seq: 7,
    };
    let window = Window {
        earliest: 120,
        latest: 480,
    };
    let event = Event {
        offset: 8,
        kind: EventKind::SessionRevoked,
        created_at: Timestamp::from_micros(1_795_266_245_678_000),
        data: EventData::Session(SessionId::from_bytes(
            *b"\x01\x9a\xa6\xb0\x7c\x3a\x7d\x52\x9a\x5e\x02\x42\xac\x12\x00\x02",
        )),
    };
    let event = Renderer::default().render(&event);
    let events: Vec<EventView> = event.into_iter().collect();
    vec![
        said(ServerFrame::Started {
            epoch: EPOCH,
            offset: 7,
        }),
        said(ServerFrame::Resumed { replayed: 2 }),
        said(ServerFrame::gap(EPOCH, window)),
        said(ServerFrame::Events { events: &events }),
        said(ServerFrame::Signal { signal }),
        said(ServerFrame::Acked { offset: 8 }),
        said(Refusal::NotStarted.frame()),
    ]
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
mod tests;
