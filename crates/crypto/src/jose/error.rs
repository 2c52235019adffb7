//! What can go wrong. No text says anything of a key or of a content.

use thiserror::Error;

/// The bytes are no private key of the kind that they are said to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("not a private key of this kind")]
pub struct InvalidPrivateKey;

/// Why a message was not sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum CannotSeal {
    /// Nobody to seal it to, or more than [`MAX_RECIPIENTS`](super::MAX_RECIPIENTS) keys.
    #[error("a message is sealed to at least one and at most 1000 keys")]
    Recipients,
    /// The time is not in the years 0 to 9999, which is all that RFC 3339 can say.
    #[error("the time cannot be written")]
    Time,
    /// The cryptographic library refused its work.
    #[error("the message could not be sealed")]
    Failed,
}

/// Why a message was not opened. Nothing of it is to be shown, whatever the reason.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum CannotOpen {
    /// The body is no message of this format.
    #[error("this is no sealed message")]
    Malformed,
    /// It is sealed to other keys than the given ones.
    #[error("this message is sealed to other keys")]
    NotForYou,
    /// It names a given key and does not open with it: it was changed, or badly made. Which step failed is not said
    /// (RFC 7516, section 11.5).
    #[error("this message does not open: it has been changed on its way, or was never good")]
    Undecryptable,
    /// It opens, and what is inside is no signed message of version 1.
    #[error("what is inside is no signed message")]
    NotSigned,
    /// The caller has no key of this name (RFC 7638 thumbprint) for the sender.
    #[error("signed with a key that is not known as the sender's")]
    UnknownSender(String),
    /// The sender's key did not make this signature.
    #[error("the signature is wrong: this is not from whom it says")]
    BadSignature,
    /// Truly signed, for another conversation or under another client id: somebody passed it on.
    #[error("this message was written for another place")]
    Elsewhere,
}
