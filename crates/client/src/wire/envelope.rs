use std::fmt;

use sealpost_domain::Timestamp;
use sealpost_domain::envelopes::EnvelopeId;
use serde::Deserialize;

use super::{Format, User, parse};

/// A message that somebody left without a conversation. It is gone once its receiver has fetched it.
#[derive(Clone, PartialEq, Eq, Deserialize)]
pub struct Envelope {
    /// Names the envelope.
    #[serde(deserialize_with = "parse::parsed")]
    pub id: EnvelopeId,
    /// Who left it: so says the server.
    pub sender: User,
    /// What the body is.
    #[serde(deserialize_with = "parse::parsed")]
    pub format: Format,
    /// The body, byte for byte as it was sent.
    pub body: String,
    /// When the sender's clock says it was sent, if that is a time.
    #[serde(deserialize_with = "parse::parsed_or_null")]
    pub sent_at: Option<Timestamp>,
    /// When the server took it.
    #[serde(deserialize_with = "parse::parsed")]
    pub created_at: Timestamp,
}

// What people write to each other belongs in no log.
impl fmt::Debug for Envelope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Envelope")
            .field("id", &self.id)
            .field("sender", &self.sender)
            .field("format", &self.format)
            .finish_non_exhaustive()
    }
}

/// That an envelope is kept for its receiver.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct EnvelopeReceipt {
    /// Names the envelope.
    #[serde(deserialize_with = "parse::parsed")]
    pub id: EnvelopeId,
    /// When the server took it.
    #[serde(deserialize_with = "parse::parsed")]
    pub created_at: Timestamp,
}
