use super::SenderClock;
use crate::Timestamp;
use crate::accounts::{AccountId, Username};
use crate::messages::{Body, Format};

define_id! {
    /// Names an envelope.
    EnvelopeId
}

define_id! {
    /// Names one handing over of envelopes.
    LeaseId
}

/// A sealed message without a conversation, as its receiver sees it. The server cannot read its body, and keeps it as it
/// came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    /// Its id.
    pub id: EnvelopeId,
    /// Who left it.
    pub sender: AccountId,
    /// By which name.
    pub sender_username: Username,
    /// What the body is.
    pub format: Format,
    /// The body.
    pub body: Body,
    /// What the sender's clock showed, if the sender says so.
    pub sender_clock: Option<SenderClock>,
    /// When the server took it.
    pub created_at: Timestamp,
}

/// What waits for one account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// How many envelopes, leased ones included.
    pub envelopes: u64,
    /// How many bytes their bodies have together.
    pub bytes: u64,
}
