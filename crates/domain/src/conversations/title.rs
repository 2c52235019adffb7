//! What a group is called. It rests like `text` messages: sealed under the conversation's key.

use std::fmt;

use thiserror::Error;

use super::{ConversationId, ConversationOverview};
use crate::messages::open_key;
use crate::ports::{Binding, SealError, SealPurpose, Sealer, StoredConversation};
use crate::{DomainError, ErrorKind, Secret};

/// The title of a group: 1 to 128 characters, not all of them white space, and no control characters.
#[derive(Clone, PartialEq, Eq)]
pub struct Title(String);

/// What was given is no title.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a title has 1 to 128 characters, no control characters, and is not all white space")]
pub struct InvalidTitle;

impl Title {
    /// The longest title, in characters.
    pub const MAX_CHARS: usize = 128;

    /// Takes what a client sent, as it is.
    ///
    /// # Errors
    /// [`InvalidTitle`].
    pub fn parse(text: &str) -> Result<Self, InvalidTitle> {
        let blank = text.chars().all(char::is_whitespace);
        let too_long = text.chars().nth(Self::MAX_CHARS).is_some();
        if blank || too_long || text.contains(char::is_control) {
            return Err(InvalidTitle);
        }
        Ok(Self(text.to_owned()))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The bytes to store.
    pub(crate) fn seal(
        &self,
        id: &ConversationId,
        key: &Secret<[u8; 32]>,
        sealer: &dyn Sealer,
    ) -> Vec<u8> {
        sealer.seal_under(key, &binding(id), self.0.as_bytes())
    }
}

// What a group is called belongs in no log.
impl fmt::Debug for Title {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Title({} bytes)", self.0.len())
    }
}

impl DomainError for InvalidTitle {
    fn kind(&self) -> ErrorKind {
        ErrorKind::Invalid
    }

    fn code(&self) -> &'static str {
        "invalid-title"
    }
}

const fn binding(id: &ConversationId) -> Binding<'_> {
    Binding {
        purpose: SealPurpose::Conversation,
        table: "conversations",
        column: "sealed_title",
        row: id.as_bytes(),
        owner: id.as_bytes(),
    }
}

/// A stored conversation as its members see it, with its title.
pub(crate) fn open_title(
    stored: StoredConversation,
    sealer: &dyn Sealer,
) -> Result<ConversationOverview, SealError> {
    let mut overview = stored.overview;
    if let Some(sealed) = stored.sealed_title {
        let key = open_key(&overview.id, &stored.sealed_key, sealer)?;
        let opened = sealer.open_under(&key, &binding(&overview.id), &sealed)?;
        let text = std::str::from_utf8(&opened).map_err(|_| SealError::Rejected)?;
        overview.title = Some(Title(text.to_owned()));
    }
    Ok(overview)
}

/// The same for many, in the same order.
pub(crate) fn open_titles(
    stored: Vec<StoredConversation>,
    sealer: &dyn Sealer,
) -> Result<Vec<ConversationOverview>, SealError> {
    stored
        .into_iter()
        .map(|stored| open_title(stored, sealer))
        .collect()
}

#[cfg(test)]
mod tests {
    use zeroize::Zeroizing;

    use super::*;
    use crate::ports::MockSealer;
    use crate::testing::stored_group;

    #[test]
    fn a_title_has_a_bound_and_stays_out_of_logs() {
        for wrong in ["", " ", "\u{3000}\u{a0}", "a\nb", "a\0", &"a".repeat(129)] {
            assert_eq!(Title::parse(wrong), Err(InvalidTitle), "{wrong:?}");
        }
        for right in ["x", " a ", &"é".repeat(128)] {
            assert_eq!(Title::parse(right).unwrap().as_str(), right);
        }
        assert_eq!(
            format!("{:?}", Title::parse("secret").unwrap()),
            "Title(6 bytes)"
        );
    }

    #[test]
    fn a_title_opens_only_where_it_belongs() {
        let id = ConversationId::from_bytes([3; 16]);
        let mut sealer = MockSealer::new();
        sealer
            .expect_open()
            .withf(|binding, _| binding.column == "sealed_key")
            .returning(|_, _| Ok(Zeroizing::new(vec![7; 32])));
        sealer
            .expect_open_under()
            .withf(move |_, bound, sealed| *bound == binding(&id) && sealed == b"sealed")
            .returning(|_, _, _| Ok(Zeroizing::new(b"Choir".to_vec())));
        let mut stored = stored_group(id);
        assert_eq!(open_title(stored.clone(), &sealer).unwrap().title, None);
        stored.sealed_title = Some(b"sealed".to_vec());
        let opened = open_title(stored, &sealer).unwrap();
        assert_eq!(opened.title, Some(Title::parse("Choir").unwrap()));
    }
}
