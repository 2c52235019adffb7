//! What those who were woken are shown. A message that was just sent is at hand: it was opened and became JSON once, for whoever
//! was first. For anything else those who were woken together read together, with one question to the store.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sealpost_domain::inbox::{EventData, Inbox, InboxEvent, Offset, Page, ReadInboxError, Reading};
use sealpost_domain::ports::StoreError;
use sealpost_domain::sessions::{AccessError, Actor};
use tokio::sync::oneshot;
use tokio::task::yield_now;

use super::Hub;
use super::feed::FeedError;
use super::view::{Batch, EventView, Renderer};
use crate::problem::Problem;

/// So many rounds are under way at once at most. Whoever comes meanwhile waits for the next, which takes all who wait.
const MAX_ROUNDS: usize = 2;

/// The readers of this instance's logs. Cloning is cheap.
#[derive(Clone)]
pub struct Readers {
    inbox: Inbox,
    hub: Arc<Hub>,
    line: Arc<Mutex<Line<Reader>>>,
}

/// Those who wait, and how many rounds are under way.
struct Line<T> {
    waiting: VecDeque<T>,
    rounds: usize,
}

/// Somebody who waits for their events.
struct Reader {
    actor: Actor,
    after: Offset,
    limit: u32,
    bytes: usize,
    /// What follows, if this instance was told of it.
    told: Vec<InboxEvent>,
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
    /// Readers of this inbox, of whose logs `hub` is told.
    #[must_use]
    pub fn new(inbox: Inbox, hub: Arc<Hub>) -> Self {
        Self {
            inbox,
            hub,
            line: Arc::default(),
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
        let following = self.hub.following(actor.account(), after);
        if let Some(told) = self.at_hand(&following, after, (limit, bytes)) {
            return Ok(told);
        }
        let (answer, told) = oneshot::channel();
        let reader = Reader {
            actor,
            after,
            limit,
            bytes,
            told: following,
            answer,
        };
        if lock(&self.line).join(reader) {
            let round = Round {
                line: Arc::clone(&self.line),
                over: false,
            };
            // A task of its own: whoever began it may go away before it ends.
            actix_web::rt::spawn(round.run(self.inbox.clone()));
        }
        // Dropped unanswered only where the worker's thread stops.
        told.await.unwrap_or_else(|_| Err(unavailable()))
    }

    /// The same of somebody who was told what follows, if all of it is about messages that were sent a moment ago.
    fn at_hand(
        &self,
        following: &[InboxEvent],
        after: Offset,
        (limit, bytes): (u32, usize),
    ) -> Option<Told> {
        let latest = following.last()?.offset;
        let limit = usize::try_from(limit).unwrap_or(usize::MAX).max(1);
        let events = following.get(..limit).unwrap_or(following);
        let sent = self.hub.fresh(events)?;
        let mut batch = Batch::new(after, events.len());
        for (event, sent) in events.iter().zip(sent) {
            let view = EventView::new(
                event.offset,
                event.kind,
                event.created_at,
                sent.show(&self.inbox)?,
            );
            if !batch.add(view, bytes) {
                break;
            }
        }
        Some(Told {
            batch,
            read: events.len(),
            latest,
        })
    }
}

impl<T> Line<T> {
    /// Puts somebody at the end. Says whether another round is to begin.
    fn join(&mut self, somebody: T) -> bool {
        self.waiting.push_back(somebody);
        let begins = self.rounds < MAX_ROUNDS;
        self.rounds += usize::from(begins);
        begins
    }

    /// The first who wait. When nobody does, the round that asks is over in the same moment: whoever comes next begins
    /// another one.
    fn take(&mut self, most: usize) -> Option<Vec<T>> {
        if self.waiting.is_empty() {
            self.rounds -= 1;
            return None;
        }
        let some = self.waiting.len().min(most);
        Some(self.waiting.drain(..some).collect())
    }
}

impl<T> Default for Line<T> {
    fn default() -> Self {
        Self {
            waiting: VecDeque::new(),
            rounds: 0,
        }
    }
}

/// Reads for all who wait, until nobody does.
struct Round {
    line: Arc<Mutex<Line<Reader>>>,
    over: bool,
}

impl Round {
    async fn run(mut self, inbox: Inbox) {
        loop {
            // Whoever was woken in the same moment on this thread comes along.
            yield_now().await;
            let Some(mut readers) = self.take() else {
                return;
            };
            // Those who have gone away meanwhile are not read for.
            readers.retain(|reader| !reader.answer.is_closed());
            answer(&inbox, readers).await;
        }
    }

    fn take(&mut self) -> Option<Vec<Reader>> {
        let readers = lock(&self.line).take(Inbox::MAX_READINGS);
        self.over = readers.is_none();
        readers
    }
}

impl Drop for Round {
    fn drop(&mut self) {
        if !self.over {
            lock(&self.line).rounds -= 1;
        }
    }
}

async fn answer(inbox: &Inbox, mut readers: Vec<Reader>) {
    if readers.is_empty() {
        return;
    }
    let readings = readers.iter_mut().map(|reader| Reading {
        account: reader.actor.account(),
        after: reader.after,
        limit: reader.limit,
        told: std::mem::take(&mut reader.told),
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

fn lock<T>(line: &Mutex<Line<T>>) -> MutexGuard<'_, Line<T>> {
    line.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
