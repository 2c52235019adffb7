//! The three texts of a message, as one body: a JSON object, so that the native API shows them too.

use sealpost_domain::messages::{Body, BodyError, Message};
use serde::{Deserialize, Serialize};

/// What a message consists of. The server keeps it byte for byte and reads nothing of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Envelope {
    /// A Fernet token.
    pub(super) msg: String,
    /// The sender's signature.
    pub(super) sign: String,
    /// The token's key, encrypted for the receiver.
    pub(super) key: String,
}

impl Envelope {
    /// As it is stored.
    pub(super) fn to_body(&self) -> Result<Body, BodyError> {
        // Texts always serialize; an empty body is refused.
        Body::parse(serde_json::to_string(self).unwrap_or_default())
    }

    /// What was stored; None if that is no envelope.
    pub(super) fn of(message: &Message) -> Option<Self> {
        serde_json::from_str(message.body.as_ref()?.as_str()).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_comes_back_byte_for_byte() {
        for text in [
            "gAAAAABg==",
            "",
            "\"\\\n\r\t/",
            "é😀\u{2028}",
            "{\"msg\":1}",
        ] {
            let envelope = Envelope {
                msg: text.to_owned(),
                sign: format!("{text}s"),
                key: format!("k{text}"),
            };
            let body = envelope.to_body().unwrap();
            assert_eq!(
                serde_json::from_str::<Envelope>(body.as_str()).unwrap(),
                envelope
            );
        }
    }
}
