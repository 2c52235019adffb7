//! A member reads a conversation page by page.

use std::time::Duration;

use thiserror::Error;

use super::{Message, MessageId, Messages, Rows};
use crate::accounts::AccountId;
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

/// What a window of a conversation lies around.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Anchor {
    /// A message of the conversation, by its id.
    Id(MessageId),
    /// A place in it, whether there is a message or not.
    Seq(u64),
}

/// What lies around a place in a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageWindow {
    /// Oldest first.
    pub messages: Vec<Message>,
    /// Where to read on from the oldest back; None at the beginning.
    pub older: Option<Reach>,
    /// Where to read on from the newest on; None at the end.
    pub newer: Option<Reach>,
}

/// Why no page is shown.
#[derive(Debug, Error)]
pub enum ListMessagesError {
    /// There is none, or the caller is not in it.
    #[error("no such conversation")]
    UnknownConversation,
    /// There is no such message in the conversation.
    #[error("no such message")]
    UnknownMessage,
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
        let (reading, now) = ((actor.account(), conversation), self.env.now());
        let limit = limit.clamp(1, Self::MAX_PAGE);
        let asked: Result<_, StoreError> = self
            .env
            .store
            .ask(move |tx| load(tx, reading, reach, limit))
            .await;
        let (stored, next) = asked?;
        // Most pages are this one question. What files there are, and of an empty page whether anybody may see it, takes more,
        // which are all of one snapshot.
        let is_all = !stored.is_empty() && !stored.iter().any(|message| message.attached);
        let (rows, next) = if is_all {
            (Rows::without_files(stored), next)
        } else {
            self.load_page(reading, reach, limit).await?
        };
        Ok(MessagePage {
            messages: rows.open(&*self.sealer, now)?,
            next,
        })
    }

    /// A page with whatever belongs to it; says whether the conversation is there for the reader.
    async fn load_page(
        &self,
        reading: Reading,
        reach: Reach,
        limit: u32,
    ) -> Result<(Rows, Option<Reach>), ListMessagesError> {
        self.env
            .store
            .read(move |tx| -> Result<_, ListMessagesError> {
                first_seen(tx, reading)?;
                let (stored, next) = load(tx, reading, reach, limit)?;
                Ok((Rows::load(tx, stored)?, next))
            })
            .await
    }

    /// What lies around a place in a conversation that the caller is in: the message there and about as many before it as
    /// after it, at most `limit` messages ([`Messages::MAX_PAGE`] at the most).
    ///
    /// # Errors
    /// [`ListMessagesError`].
    pub async fn around(
        &self,
        actor: &Actor,
        conversation: ConversationId,
        anchor: Anchor,
        limit: u32,
    ) -> Result<MessageWindow, ListMessagesError> {
        let (reading, now) = ((actor.account(), conversation), self.env.now());
        let limit = limit.clamp(1, Self::MAX_PAGE);
        let (rows, older, newer) = self
            .env
            .store
            .read(move |tx| -> Result<_, ListMessagesError> {
                let (stored, older, newer) = load_around(tx, reading, anchor, limit)?;
                Ok((Rows::load(tx, stored)?, older, newer))
            })
            .await?;
        Ok(MessageWindow {
            messages: rows.open(&*self.sealer, now)?,
            older,
            newer,
        })
    }
}

/// Who reads, and which conversation.
type Reading = (AccountId, ConversationId);

/// The number of the first message that the reader may see, whether there is one by now or not.
fn first_seen(tx: &mut dyn Tx, (reader, conversation): Reading) -> Result<u64, ListMessagesError> {
    let standing = tx.conversations().find_standing(conversation, reader)?;
    let standing = standing.ok_or(ListMessagesError::UnknownConversation)?;
    Ok(standing.first_seq)
}

/// At most `limit` messages of those that the reader may see, and where to read on: one more than asked for tells whether there is
/// a next page.
fn load(
    tx: &mut dyn Tx,
    (reader, conversation): Reading,
    reach: Reach,
    limit: u32,
) -> Result<(Vec<StoredMessage>, Option<Reach>), StoreError> {
    let mut stored = tx
        .messages()
        .visible_page(reader, conversation, reach, limit + 1)?;
    let asked = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = stored.len() > asked;
    stored.truncate(asked);
    let next = stored.last().filter(|_| more).map(|last| match reach {
        Reach::Before(_) => Reach::Before(Some(last.seq)),
        Reach::After(_) => Reach::After(last.seq),
    });
    Ok((stored, next))
}

type Around = (Vec<StoredMessage>, Option<Reach>, Option<Reach>);

/// At most `limit` messages around the anchor, oldest first, and where to read on at both ends.
fn load_around(
    tx: &mut dyn Tx,
    reading: Reading,
    anchor: Anchor,
    limit: u32,
) -> Result<Around, ListMessagesError> {
    let first_seq = first_seen(tx, reading)?;
    let seq = match anchor {
        Anchor::Seq(seq) => seq,
        Anchor::Id(id) => {
            let found = tx.messages().find_many(&[id])?.pop();
            let found = found
                .filter(|message| message.conversation == reading.1)
                .filter(|message| message.seq >= first_seq);
            found.ok_or(ListMessagesError::UnknownMessage)?.seq
        }
    };
    let half = limit / 2;
    let (mut messages, older) = match half {
        // A window of one has no room for what comes before: whether there is something, its number says.
        0 => {
            let reach = Reach::Before(Some(seq));
            (Vec::new(), (seq > first_seq).then_some(reach))
        }
        half => load(tx, reading, Reach::Before(Some(seq)), half)?,
    };
    messages.reverse();
    let from = Reach::After(seq.saturating_sub(1));
    let (after, newer) = load(tx, reading, from, limit - half)?;
    messages.extend(after);
    Ok((messages, older, newer))
}

impl DomainError for ListMessagesError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::UnknownConversation | Self::UnknownMessage => ErrorKind::NotFound,
            Self::Sealed(_) => ErrorKind::Internal,
            Self::Store(error) => error.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::UnknownConversation => "unknown-conversation",
            Self::UnknownMessage => "unknown-message",
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
    use crate::conversations::{ConversationKind, Role, Standing};
    use crate::testing::{MockTx, account, stored_message};

    const TALK: ConversationId = ConversationId::from_bytes([2; 16]);

    fn standing(first_seq: u64) -> Standing {
        Standing {
            kind: ConversationKind::Group,
            role: Role::Member,
            first_seq,
            sealed_key: Vec::new(),
            sealed_title: None,
            shows_history: false,
            version: 1,
            member_count: 3,
            last_seq: 9,
        }
    }

    /// A conversation of nine messages, of which the reader may see those from this number on.
    fn tx(first: u64) -> MockTx {
        let mut tx = MockTx::default();
        tx.messages
            .expect_visible_page()
            .returning(move |_, _, reach, limit| {
                let seqs: Vec<u64> = match reach {
                    Reach::After(seq) => (first..=9).filter(|other| *other > seq).collect(),
                    Reach::Before(before) => {
                        let below = |other: &u64| before.is_none_or(|seq| *other < seq);
                        (first..=9).rev().filter(below).collect()
                    }
                };
                let limit = usize::try_from(limit).unwrap();
                Ok(seqs.into_iter().take(limit).map(stored_message).collect())
            });
        tx.messages
            .expect_find_many()
            .returning(|_| Ok(vec![stored_message(5)]));
        tx.conversations
            .expect_find_standing()
            .returning(move |_, _| Ok(Some(standing(first))));
        tx
    }

    fn reading(conversation: ConversationId) -> Reading {
        (account("alice").id, conversation)
    }

    fn seqs(stored: &[StoredMessage]) -> Vec<u64> {
        stored.iter().map(|message| message.seq).collect()
    }

    #[test]
    fn a_page_says_whether_there_is_another() {
        for (first, reach, expected, next) in [
            (1, Reach::After(0), &[1, 2, 3][..], Some(Reach::After(3))),
            (1, Reach::After(6), &[7, 8, 9], None),
            (10, Reach::After(0), &[], None),
            (
                1,
                Reach::Before(None),
                &[9, 8, 7],
                Some(Reach::Before(Some(7))),
            ),
            (7, Reach::Before(None), &[9, 8, 7], None),
        ] {
            let found = load(&mut tx(first), reading(TALK), reach, 3).unwrap();
            assert_eq!(
                (&seqs(&found.0)[..], found.1),
                (expected, next),
                "{first} {reach:?}"
            );
        }
    }

    #[test]
    fn a_window_lies_around_its_anchor_and_reads_on_both_ways() {
        let before = |seq| Some(Reach::Before(Some(seq)));
        let after = |seq| Some(Reach::After(seq));
        for (first, seq, limit, expected, older, newer) in [
            (1, 5, 4, vec![3, 4, 5, 6], before(3), after(6)),
            (1, 5, 5, vec![3, 4, 5, 6, 7], before(3), after(7)),
            (1, 5, 1, vec![5], before(5), after(5)),
            (1, 1, 1, vec![1], None, after(1)),
            (1, 1, 4, vec![1, 2], None, after(2)),
            (1, 9, 4, vec![7, 8, 9], before(7), None),
            (1, 0, 4, vec![1, 2], None, after(2)),
            (1, 99, 4, vec![8, 9], before(8), None),
            (1, 5, 20, (1..=9).collect(), None, None),
            (5, 5, 4, vec![5, 6], None, after(6)),
            (5, 5, 1, vec![5], None, after(5)),
            (5, 2, 4, vec![5, 6], None, after(6)),
        ] {
            let found =
                load_around(&mut tx(first), reading(TALK), Anchor::Seq(seq), limit).unwrap();
            let found = (seqs(&found.0), found.1, found.2);
            assert_eq!(found, (expected, older, newer), "{first} {seq} {limit}");
        }
        let id = Anchor::Id(stored_message(5).id);
        let found = load_around(&mut tx(1), reading(TALK), id, 4).unwrap();
        assert_eq!(seqs(&found.0), [3, 4, 5, 6]);
    }

    #[test]
    fn a_message_that_is_not_there_for_the_reader_is_no_anchor() {
        let id = Anchor::Id(stored_message(5).id);
        for (conversation, first) in [(ConversationId::from_bytes([3; 16]), 1), (TALK, 6)] {
            let refused = load_around(&mut tx(first), reading(conversation), id, 4);
            assert!(matches!(refused, Err(ListMessagesError::UnknownMessage)));
        }
    }
}
