//! Envelopes: sealed messages that are left for somebody without a conversation. They wait until the receiver's client
//! takes them, and are deleted once it has. The native inbox shows them while they wait.

mod envelope;
mod lease;
mod send;
mod sender_clock;
mod service;
mod settle;

pub use envelope::{Envelope, EnvelopeId, LeaseId, Tally};
pub use lease::{Delivery, Lease};
pub use send::{EnvelopeReceipt, SendEnvelope, SendEnvelopeError};
pub use sender_clock::{InvalidSenderClock, SenderClock};
pub use service::Envelopes;
