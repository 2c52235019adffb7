use thiserror::Error;

use super::{ClientId, Format};
use crate::Timestamp;
use crate::accounts::{AccountId, Username};
use crate::conversations::ConversationId;
use crate::files::File;

define_id! {
    /// Names a message.
    MessageId
}

/// The body of a message: text in the declared format, kept byte for byte.
#[derive(Clone, PartialEq, Eq)]
pub struct Body(String);

/// What is wrong with a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum BodyError {
    /// Nothing in it.
    #[error("the body is empty")]
    Empty,
    /// More than [`Body::MAX_BYTES`].
    #[error("a body has at most 65536 bytes; anything bigger is a file")]
    TooLarge,
}

impl Body {
    /// The longest body in bytes of UTF-8.
    pub const MAX_BYTES: usize = 64 * 1024;

    /// Takes what a client sent.
    ///
    /// # Errors
    /// [`BodyError`].
    pub fn parse(text: String) -> Result<Self, BodyError> {
        match text.len() {
            0 => Err(BodyError::Empty),
            1..=Self::MAX_BYTES => Ok(Self(text)),
            _ => Err(BodyError::TooLarge),
        }
    }

    /// The value of a stored row, which is not judged again.
    #[must_use]
    pub const fn restore(text: String) -> Self {
        Self(text)
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

// What people write to each other belongs in no log.
impl std::fmt::Debug for Body {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Body({} bytes)", self.0.len())
    }
}

/// A message as members of its conversation see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Its id.
    pub id: MessageId,
    /// Where it was said.
    pub conversation: ConversationId,
    /// Its place in the conversation: 1 for the first, and one more for each that follows. Those of somebody who has left for
    /// good are missing.
    pub seq: u64,
    /// Who said it.
    pub sender: AccountId,
    /// By which name.
    pub sender_username: Username,
    /// The sender's own name for it.
    pub client_id: ClientId,
    /// What the body is.
    pub format: Format,
    /// The body; None once the message is deleted.
    pub body: Option<Body>,
    /// The files that came with it and are still there, in the sender's order.
    pub attachments: Vec<File>,
    /// When the sender's clock says it was sent, if it says so and the message is not deleted.
    pub sent_at: Option<Timestamp>,
    /// When the server took it.
    pub created_at: Timestamp,
    /// When it will be, or was, over; None if it stays.
    pub expires_at: Option<Timestamp>,
    /// When it was deleted for everyone, or over: its place is left, and nothing of what it said.
    pub deleted_at: Option<Timestamp>,
}

impl Message {
    /// Whether its time is over; a message that was deleted before is not.
    #[must_use]
    pub fn is_over(&self, now: Timestamp) -> bool {
        let over = self.expires_at.filter(|end| *end <= now);
        over.is_some_and(|end| self.deleted_at.is_none_or(|deleted_at| end <= deleted_at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_has_a_bound_and_stays_out_of_logs() {
        assert_eq!(Body::parse(String::new()), Err(BodyError::Empty));
        assert_eq!(Body::parse("a".repeat(65_537)), Err(BodyError::TooLarge));
        let body = Body::parse("a".repeat(65_536)).unwrap();
        assert_eq!(format!("{body:?}"), "Body(65536 bytes)");
    }
}
