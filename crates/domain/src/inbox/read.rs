//! A client reads on from where it was.

mod rows;
mod subjects;

use std::collections::HashMap;
use std::sync::Arc;

use thiserror::Error;

use super::{Event, Inbox, InboxEvent, Offset, Window};
use crate::accounts::AccountId;
use crate::messages::MessageId;
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

/// A unit of work without a store: whatever it asks fails.
struct NothingElse;

impl Tx for NothingElse {}

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
        let mut pages = self.read_many(vec![reading], HashMap::new()).await?;
        pages.pop().unwrap_or(Err(ReadInboxError::Gone))
    }

    /// The same for several readers at once (at most [`Inbox::MAX_READINGS`]), each the owner of their log: what a message
    /// to many has for each of them is read and opened once. The answers are in the order of the readings. Messages that
    /// are `known` are not asked for; if there is nothing else to ask, nor is the store.
    ///
    /// # Errors
    /// [`StoreError`] if nothing could be read for anybody; what one reader cannot be told is in their own answer.
    pub async fn read_many(
        &self,
        readings: Vec<Reading>,
        known: HashMap<MessageId, Arc<StoredMessage>>,
    ) -> Result<Vec<Result<Page, ReadInboxError>>, StoreError> {
        let now = self.env.now();
        let ready = if known.is_empty() {
            None
        } else {
            // Its failure says that something has to be asked.
            load(&mut NothingElse, &readings, &known).ok()
        };
        let (rows, shared) = match ready {
            Some(loaded) => loaded,
            None => {
                let look = move |tx: &mut dyn Tx| load(tx, &readings, &known);
                self.env.store.read(look).await?
            }
        };
        let opened = Opened::of(shared, &*self.sealer, now);
        Ok(rows
            .into_iter()
            .map(|rows| opened.page(rows?, &*self.sealer))
            .collect())
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
