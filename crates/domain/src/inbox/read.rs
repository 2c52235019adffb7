//! A client reads on from where it was.

mod rows;
mod subjects;

use thiserror::Error;

use super::{Event, Inbox, InboxEvent, Offset, Window};
use crate::accounts::AccountId;
use crate::messages::{Message, open_alone};
use crate::ports::{SealError, StoreError, StoreExt, StoredMessage, Tx};
use crate::sessions::Actor;

use rows::load;
use subjects::Opened;

/// A stretch of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Events in order, without a hole.
    pub events: Vec<Event>,
    /// Where to read on: the offset of the last event, or what was asked for if there was none.
    pub next: Offset,
    /// What of the log is there. Where the reader was told, it ends with what they were told.
    pub window: Window,
}

/// How far somebody has read their log, and how many events more they take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// Whose log.
    pub account: AccountId,
    /// The events after this offset.
    pub after: Offset,
    /// At most so many; [`Inbox::MAX_PAGE`] at the most, and fewer where many read at once.
    pub limit: u32,
    /// The events that follow, without a hole, if the reader was told of them ([`WakeUps::tell`]): the log is not asked then.
    ///
    /// [`WakeUps::tell`]: crate::ports::WakeUps::tell
    pub told: Vec<InboxEvent>,
}

/// The log does not hold what comes after the cursor: it was trimmed, or the cursor is of another life of the
/// database. The client has to read what it needs anew, and then go on from `window.latest`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gap(pub Window);

/// Why the log was not read.
#[derive(Debug, Error)]
pub enum ReadInboxError {
    /// Part of what was asked for is no longer there.
    #[error("events after this cursor are no longer kept: read anew and go on from offset {}", .0.0.latest)]
    Gap(Gap),
    /// The account is gone.
    #[error("this account no longer exists")]
    Gone,
    /// Something in the store does not open.
    #[error("a stored message cannot be opened")]
    Sealed(#[from] SealError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Inbox {
    /// The most events of one page.
    pub const MAX_PAGE: u32 = 100;
    /// The most readings that are answered at once.
    pub const MAX_READINGS: usize = 256;

    /// The events after offset `after`, at most `limit` ([`Inbox::MAX_PAGE`] at the most). An empty page means that
    /// there are none yet.
    ///
    /// # Errors
    /// [`ReadInboxError`].
    pub async fn read(
        &self,
        actor: &Actor,
        after: Offset,
        limit: u32,
    ) -> Result<Page, ReadInboxError> {
        let reading = Reading {
            account: actor.account(),
            after,
            limit,
            told: Vec::new(),
        };
        let mut pages = self.read_many(vec![reading]).await?;
        pages.pop().unwrap_or(Err(ReadInboxError::Gone))
    }

    /// The same for several readers at once (at most [`Inbox::MAX_READINGS`]), each the owner of their log: what a message
    /// to many has for each of them is read and opened once. The answers are in the order of the readings.
    ///
    /// # Errors
    /// [`StoreError`] if nothing could be read for anybody; what one reader cannot be told is in their own answer.
    pub async fn read_many(
        &self,
        readings: Vec<Reading>,
    ) -> Result<Vec<Result<Page, ReadInboxError>>, StoreError> {
        let now = self.env.now();
        let look = move |tx: &mut dyn Tx| load(tx, &readings);
        let (rows, shared) = self.env.store.read(look).await?;
        let opened = Opened::of(shared, &*self.sealer, now);
        Ok(rows
            .into_iter()
            .map(|rows| opened.page(rows?, &*self.sealer))
            .collect())
    }

    /// Whether a message that was just sent ([`WakeUps::tell`]) may be shown as [`Inbox::open_sent`] opens it: its time is not
    /// over, and no files came with it, whose names it does not have.
    ///
    /// [`WakeUps::tell`]: crate::ports::WakeUps::tell
    #[must_use]
    pub fn is_as_sent(&self, sent: &StoredMessage) -> bool {
        !sent.attached && sent.gone_at(self.env.now()).is_none()
    }

    /// A message that was just sent, as all are shown it whose log tells of it; ask [`Inbox::is_as_sent`] first, it has no files.
    ///
    /// # Errors
    /// [`SealError`] if it does not open.
    pub fn open_sent(&self, sent: StoredMessage) -> Result<Message, SealError> {
        open_alone(sent, &*self.sealer, self.env.now())
    }

    /// What of the caller's log is there.
    ///
    /// # Errors
    /// [`ReadInboxError`], but never [`ReadInboxError::Gap`].
    pub async fn window(&self, actor: &Actor) -> Result<Window, ReadInboxError> {
        let account = actor.account();
        self.env
            .store
            .ask(move |tx| tx.inbox().window(account)?.ok_or(ReadInboxError::Gone))
            .await
    }
}

domain_error!(ReadInboxError {
    Gap: Gone, "events-gap";
    Gone: Unauthenticated, "account-gone";
    Sealed: Internal, "internal-error";
} else { Store });

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use super::*;
    use crate::ports::MockSealer;
    use crate::testing::{CountingEntropy, FixedClock, NoStore, stored_message};
    use crate::{Environment, Timestamp};

    #[test]
    fn what_was_just_sent_is_what_it_was_until_its_time_is_over() {
        let clock = Arc::new(FixedClock::at(Timestamp::from_seconds(9)));
        let env = Environment {
            store: Arc::new(NoStore),
            clock: clock.clone(),
            entropy: Arc::new(CountingEntropy::default()),
        };
        let inbox = Inbox::new(env, Arc::new(MockSealer::new()), "epoch");
        // In the clear, as all of them were once.
        let sent = StoredMessage {
            sealed_key: Vec::new(),
            body: b"hello".to_vec(),
            expires_at: Some(Timestamp::from_seconds(10)),
            ..stored_message(1)
        };
        let with_files = StoredMessage {
            attached: true,
            ..sent.clone()
        };
        assert!(inbox.is_as_sent(&sent) && !inbox.is_as_sent(&with_files));
        let body = inbox.open_sent(sent.clone()).unwrap().body;
        assert_eq!(body.unwrap().as_str(), "hello");
        clock.advance(Duration::from_secs(1));
        assert!(!inbox.is_as_sent(&sent));
        assert_eq!(inbox.open_sent(sent).unwrap().body, None);
    }
}
