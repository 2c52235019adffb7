//! A member reads a conversation page by page.

use std::time::Duration;

use thiserror::Error;

use super::{Message, Messages, open_all};
use crate::conversations::ConversationId;
use crate::ports::{SealError, StoreError, StoreExt, StoredMessage, Tx};
use crate::sessions::Actor;
use crate::{DomainError, ErrorKind};

/// From where, and in which direction, a page reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// The messages just before this number, newest first; None begins at the end.
    Before(Option<u64>),
    /// The messages just after this number, oldest first; 0 begins at the beginning.
    After(u64),
}

/// A stretch of a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessagePage {
    /// In the order of the reach.
    pub messages: Vec<Message>,
    /// Where to read on in the same direction; None at the end.
    pub next: Option<Reach>,
}

/// Why no page is shown.
#[derive(Debug, Error)]
pub enum ListMessagesError {
    /// There is none, or the caller is not in it.
    #[error("no such conversation")]
    UnknownConversation,
    /// A stored message does not open.
    #[error("a stored message cannot be opened")]
    Sealed(#[from] SealError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Messages {
    /// The most messages of one page.
    pub const MAX_PAGE: u32 = 100;

    /// A page of a conversation that the caller is in, at most `limit` messages ([`Messages::MAX_PAGE`] at the most).
    ///
    /// # Errors
    /// [`ListMessagesError`].
    pub async fn list(
        &self,
        actor: &Actor,
        conversation: ConversationId,
        reach: Reach,
        limit: u32,
    ) -> Result<MessagePage, ListMessagesError> {
        let account = actor.account();
        let limit = limit.clamp(1, Self::MAX_PAGE);
        let mut stored = self
            .env
            .store
            .read(move |tx| {
                let standing = tx.conversations().find_standing(conversation, account)?;
                let standing = standing.ok_or(ListMessagesError::UnknownConversation)?;
                load(tx, conversation, standing.first_seq, reach, limit)
            })
            .await?;
        let asked = usize::try_from(limit).unwrap_or(usize::MAX);
        let more = stored.len() > asked;
        stored.truncate(asked);
        let next = stored.last().filter(|_| more).map(|last| match reach {
            Reach::Before(_) => Reach::Before(Some(last.seq)),
            Reach::After(_) => Reach::After(last.seq),
        });
        Ok(MessagePage {
            messages: open_all(stored, &*self.sealer)?,
            next,
        })
    }
}

/// One more than asked for, which tells whether there is a next page; nothing from before `first_seq`, the first message that
/// the reader may see.
fn load(
    tx: &mut dyn Tx,
    conversation: ConversationId,
    first_seq: u64,
    reach: Reach,
    limit: u32,
) -> Result<Vec<StoredMessage>, ListMessagesError> {
    let reach = match reach {
        Reach::After(seq) => Reach::After(seq.max(first_seq.saturating_sub(1))),
        before @ Reach::Before(_) => before,
    };
    let mut stored = tx.messages().page(conversation, reach, limit + 1)?;
    stored.retain(|message| message.seq >= first_seq);
    Ok(stored)
}

impl DomainError for ListMessagesError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::UnknownConversation => ErrorKind::NotFound,
            Self::Sealed(_) => ErrorKind::Internal,
            Self::Store(error) => error.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::UnknownConversation => "unknown-conversation",
            Self::Sealed(_) => "internal-error",
            Self::Store(error) => error.code(),
        }
    }

    fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Store(error) => error.retry_after(),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{MockTx, stored_message};

    const TALK: ConversationId = ConversationId::from_bytes([2; 16]);

    fn seen(first_seq: u64, reach: Reach) -> Vec<u64> {
        let mut tx = MockTx::default();
        tx.messages.expect_page().returning(|_, reach, limit| {
            let seqs: Vec<u64> = match reach {
                Reach::After(seq) => (seq + 1..=9).collect(),
                Reach::Before(seq) => (1..seq.unwrap_or(10)).rev().collect(),
            };
            let limit = usize::try_from(limit).unwrap();
            Ok(seqs.into_iter().take(limit).map(stored_message).collect())
        });
        let stored = load(&mut tx, TALK, first_seq, reach, 3).unwrap();
        stored.into_iter().map(|message| message.seq).collect()
    }

    #[test]
    fn what_was_said_before_somebody_joined_is_not_there_for_them() {
        for (first_seq, reach, expected) in [
            (1, Reach::After(0), &[1, 2, 3, 4][..]),
            (6, Reach::After(0), &[6, 7, 8, 9]),
            (6, Reach::After(7), &[8, 9]),
            (10, Reach::After(0), &[]),
            (1, Reach::Before(None), &[9, 8, 7, 6]),
            (8, Reach::Before(None), &[9, 8]),
            (6, Reach::Before(Some(6)), &[]),
            (10, Reach::Before(None), &[]),
        ] {
            assert_eq!(seen(first_seq, reach), expected, "{first_seq} {reach:?}");
        }
    }
}
