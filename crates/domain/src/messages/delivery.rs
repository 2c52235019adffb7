use thiserror::Error;

use super::{ClientId, Message};
use crate::Timestamp;
use crate::accounts::{AccountId, Username};
use crate::inbox::Offset;
use crate::ports::Digester;
use crate::text::hex;

/// A sender's signature of a message, as its clients write it. The server does not check it: it names a message to both
/// of its ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature(String);

/// What is wrong with a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum SignatureError {
    /// Nothing in it, or more than [`Signature::MAX_BYTES`].
    #[error("a signature has 1 to 4096 bytes")]
    Length,
}

impl Signature {
    /// The longest signature in bytes of UTF-8; one with an RSA key of 8192 bits has 1,368 in base64.
    pub const MAX_BYTES: usize = 4_096;

    /// Takes what a client sent.
    ///
    /// # Errors
    /// [`SignatureError`].
    pub fn parse(text: String) -> Result<Self, SignatureError> {
        if (1..=Self::MAX_BYTES).contains(&text.len()) {
            Ok(Self(text))
        } else {
            Err(SignatureError::Length)
        }
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The sender's name for the message to `receiver` that carries this signature: 64 hexadecimal digits.
    pub(super) fn client_id(&self, receiver: AccountId, digester: &dyn Digester) -> ClientId {
        let named = [receiver.as_bytes(), self.0.as_bytes()].concat();
        ClientId::restore(hex(&digester.digest(&named)))
    }
}

domain_error!(SignatureError {
    Length: Invalid, "invalid-signature", "signature";
});

/// A stretch of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// What was at this moment is not in it any more.
    pub after: Timestamp,
    /// What was at this moment still is; None if it has no end.
    pub until: Option<Timestamp>,
}

/// A message that its receiver has not acknowledged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PendingMessage {
    /// The message.
    pub message: Message,
    /// When it counts as taken: in whole milliseconds, another one for each message of one sender to one receiver.
    pub taken_at: Timestamp,
}

/// That there is a message which its receiver has not acknowledged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// The offset of the message's event in the receiver's inbox.
    pub number: Offset,
    /// Whose message it is.
    pub sender: Username,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{ToyDigester, account};

    #[test]
    fn a_signature_has_a_bound() {
        assert!(Signature::parse("s".to_owned()).is_ok());
        for text in [String::new(), "s".repeat(4_097)] {
            assert_eq!(Signature::parse(text), Err(SignatureError::Length));
        }
    }

    #[test]
    fn a_message_has_another_name_for_each_receiver_and_signature() {
        let (alice, bob) = (account("alice").id, account("bob").id);
        let name = |text: &str, receiver| {
            let signature = Signature::parse(text.to_owned()).unwrap();
            signature.client_id(receiver, &ToyDigester)
        };
        assert_eq!(name("s", bob), name("s", bob));
        assert_ne!(name("s", bob), name("s", alice));
        assert_ne!(name("s", bob), name("t", bob));
        let own = name("s", bob);
        assert_eq!(ClientId::parse(own.as_str()), Ok(own));
    }
}
