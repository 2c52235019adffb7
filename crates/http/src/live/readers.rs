//! Those who were woken together read together: one message to a hundred people is one question to the store, is opened once
//! and becomes JSON once.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sealpost_domain::inbox::{EventData, Inbox, Offset, Page, ReadInboxError, Reading};
use sealpost_domain::ports::StoreError;
use sealpost_domain::sessions::{AccessError, Actor};
use tokio::sync::oneshot;

use super::feed::FeedError;
use super::view::{Batch, Renderer};
use crate::problem::Problem;

/// So many rounds are under way at once at most. Whoever comes meanwhile waits for the next, which takes all who wait.
const MAX_ROUNDS: usize = 2;

/// The readers of this instance's logs. Cloning is cheap.
#[derive(Clone)]
pub struct Readers {
    inbox: Inbox,
    waiting: Arc<Mutex<Waiting>>,
}

#[derive(Default)]
struct Waiting {
    readers: VecDeque<Reader>,
    rounds: usize,
}

/// Somebody who waits for their events.
struct Reader {
    actor: Actor,
    after: Offset,
    limit: u32,
    bytes: usize,
    answer: oneshot::Sender<Result<Told, FeedError>>,
}

/// The next events of one reader.
pub(super) struct Told {
    pub(super) batch: Batch,
    /// How many events were read; fewer may have fitted.
    pub(super) read: usize,
    /// The last offset of the log.
    pub(super) latest: Offset,
}

impl Readers {
    /// Readers of this inbox.
    #[must_use]
    pub fn new(inbox: Inbox) -> Self {
        Self {
            inbox,
            waiting: Arc::default(),
        }
    }

    pub(super) const fn inbox(&self) -> &Inbox {
        &self.inbox
    }

    /// The events after `after`, at most `limit` and together at most `bytes` large (but at least one, if there is one).
    /// Refused once the reader's own session has ended.
    pub(super) async fn next(
        &self,
        actor: Actor,
        after: Offset,
        (limit, bytes): (u32, usize),
    ) -> Result<Told, FeedError> {
        let (answer, told) = oneshot::channel();
        let reader = Reader {
            actor,
            after,
            limit,
            bytes,
            answer,
        };
        if let Some(round) = self.join(reader) {
            // A task of its own: whoever began it may go away before it ends.
            actix_web::rt::spawn(round.run(self.inbox.clone()));
        }
        // Dropped unanswered only where the worker's thread stops.
        told.await.unwrap_or_else(|_| Err(unavailable()))
    }

    /// Puts somebody in the line, and begins another round if there may be one more.
    fn join(&self, reader: Reader) -> Option<Round> {
        let mut waiting = lock(&self.waiting);
        waiting.readers.push_back(reader);
        if waiting.rounds >= MAX_ROUNDS {
            return None;
        }
        waiting.rounds += 1;
        Some(Round {
            waiting: Arc::clone(&self.waiting),
            over: false,
        })
    }
}

/// Reads for all who wait, until nobody does.
struct Round {
    waiting: Arc<Mutex<Waiting>>,
    over: bool,
}

impl Round {
    async fn run(mut self, inbox: Inbox) {
        while let Some(readers) = self.take() {
            answer(&inbox, readers).await;
        }
    }

    /// Those who wait. When nobody does the round is over, under the same lock: whoever comes next begins another one.
    fn take(&mut self) -> Option<Vec<Reader>> {
        let mut waiting = lock(&self.waiting);
        // Those who have gone away meanwhile are not read for.
        waiting.readers.retain(|reader| !reader.answer.is_closed());
        if waiting.readers.is_empty() {
            waiting.rounds -= 1;
            self.over = true;
            return None;
        }
        let some = waiting.readers.len().min(Inbox::MAX_READINGS);
        Some(waiting.readers.drain(..some).collect())
    }
}

impl Drop for Round {
    fn drop(&mut self) {
        if !self.over {
            lock(&self.waiting).rounds -= 1;
        }
    }
}

async fn answer(inbox: &Inbox, readers: Vec<Reader>) {
    let readings = readers.iter().map(|reader| Reading {
        account: reader.actor.account(),
        after: reader.after,
        limit: reader.limit,
    });
    match inbox.read_many(readings.collect()).await {
        Ok(pages) => {
            let mut renderer = Renderer::default();
            for (reader, page) in readers.into_iter().zip(pages) {
                let told = tell(&reader, page, &mut renderer);
                // Whoever no longer waits reads it again when they come back.
                let _ = reader.answer.send(told);
            }
        }
        Err(error) => {
            for reader in readers {
                let refused = FeedError::from(ReadInboxError::Store(error.duplicate()));
                let _ = reader.answer.send(Err(refused));
            }
        }
    }
}

fn tell(
    reader: &Reader,
    page: Result<Page, ReadInboxError>,
    renderer: &mut Renderer,
) -> Result<Told, FeedError> {
    let page = page?;
    let own_end = EventData::Session(reader.actor.session());
    if page.events.iter().any(|event| event.data == own_end) {
        // The log may know it before this instance's list of ended sessions does.
        return Err(FeedError::Failed(AccessError::Ended.into()));
    }
    Ok(Told {
        batch: Batch::pack(&page.events, reader.after, reader.bytes, renderer)?,
        read: page.events.len(),
        latest: page.window.latest,
    })
}

fn unavailable() -> FeedError {
    FeedError::Failed(Problem::from(StoreError::Unavailable(None)))
}

fn lock(waiting: &Mutex<Waiting>) -> MutexGuard<'_, Waiting> {
    waiting.lock().unwrap_or_else(PoisonError::into_inner)
}
