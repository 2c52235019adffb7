//! What is said on the socket.

use sealpost_domain::inbox::Offset;
use serde::{Deserialize, Serialize};

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
#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum ServerFrame {
    Started {
        epoch: String,
        offset: Offset,
    },
    Resumed {},
    Gap {
        epoch: String,
        earliest: Offset,
        latest: Offset,
    },
    Events {
        events: Vec<RawEvent>,
    },
    Error {
        code: String,
        detail: String,
    },
    /// `acked`, and what came later.
    #[serde(other)]
    Other,
}
