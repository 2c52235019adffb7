//! Signals as clients see them.

use sealpost_domain::ports::Signal;
use serde::Serialize;

use crate::wire::WireTime;

/// Something that is only of interest now.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum SignalView {
    /// Somebody is writing; unless it is said again, they have stopped at `until`.
    Typing {
        conversation_id: String,
        user_id: String,
        until: WireTime,
    },
    /// Somebody has read up to and including the message with this number.
    ReadMarker {
        conversation_id: String,
        user_id: String,
        seq: u64,
    },
    /// Everything up to and including the message with this number has reached a device of somebody.
    Delivered {
        conversation_id: String,
        user_id: String,
        seq: u64,
    },
}

impl From<&Signal> for SignalView {
    fn from(signal: &Signal) -> Self {
        match *signal {
            Signal::Typing {
                conversation,
                account,
                until,
            } => Self::Typing {
                conversation_id: conversation.to_string(),
                user_id: account.to_string(),
                until: WireTime(until),
            },
            Signal::ReadMarker {
                conversation,
                account,
                seq,
            } => Self::ReadMarker {
                conversation_id: conversation.to_string(),
                user_id: account.to_string(),
                seq,
            },
            Signal::Delivered {
                conversation,
                account,
                seq,
            } => Self::Delivered {
                conversation_id: conversation.to_string(),
                user_id: account.to_string(),
                seq,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use sealpost_domain::Timestamp;
    use sealpost_domain::accounts::AccountId;
    use sealpost_domain::conversations::ConversationId;
    use serde_json::{json, to_value};

    use super::*;

    #[test]
    fn a_signal_says_what_where_and_who() {
        let (conversation, account) = (
            ConversationId::from_bytes([1; 16]),
            AccountId::from_bytes([2; 16]),
        );
        let until = Timestamp::from_seconds(1_795_000_000);
        let signals = [
            Signal::Typing {
                conversation,
                account,
                until,
            },
            Signal::ReadMarker {
                conversation,
                account,
                seq: 7,
            },
            Signal::Delivered {
                conversation,
                account,
                seq: 8,
            },
        ];
        let ids = (conversation.to_string(), account.to_string());
        assert_eq!(
            signals.map(|signal| to_value(SignalView::from(&signal)).unwrap()),
            [
                json!({"type": "typing", "conversation_id": ids.0, "user_id": ids.1, "until": "2026-11-18T11:06:40.000Z"}),
                json!({"type": "read_marker", "conversation_id": ids.0, "user_id": ids.1, "seq": 7}),
                json!({"type": "delivered", "conversation_id": ids.0, "user_id": ids.1, "seq": 8}),
            ]
        );
    }
}
