//! Wakes whoever waits for an inbox, and passes signals on to them. It knows the last few places of their logs, so that those who
//! are woken need not ask the store what follows, and for a moment the messages that were just sent.

mod fresh;

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sealpost_domain::accounts::AccountId;
use sealpost_domain::inbox::{EventKind, InboxEvent, Offset};
use sealpost_domain::messages::MessageId;
use sealpost_domain::ports::{Signal, Signals, StoredMessage, WakeUps};
use tokio::sync::watch;
use tokio::time::Instant;

use super::seats::Seats;
use fresh::{Fresh, Sent};

/// So many signals wait for each account at most; the oldest go first. Who is slow misses them.
const MAX_SIGNALS: usize = 16;
/// So many places of each log are known at most. Who is further behind asks the store.
const MAX_PLACES: usize = 16;

/// The waiting views of this instance, by account.
#[derive(Debug, Default)]
pub struct Hub {
    waiting: Mutex<HashMap<AccountId, watch::Sender<Board>>>,
    fresh: Mutex<Fresh>,
    pub(super) seats: Mutex<Seats>,
}

/// What an account's views have to look at. One for all of them, however many there are.
#[derive(Debug, Default)]
struct Board {
    /// How often the inbox has grown.
    grown: u64,
    /// How often everybody was to look after themselves.
    checks: u64,
    /// The end of the log, without a hole, as far as this instance was told.
    places: VecDeque<InboxEvent>,
    /// The number of the last signal.
    last: u64,
    /// The last signals, each with its number, the newest at the end.
    signals: VecDeque<(u64, Signal)>,
}

/// What has happened since somebody last looked.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct News {
    /// The inbox may have grown.
    pub(crate) grown: bool,
    /// It is time to look whether one may still be here.
    pub(crate) check: bool,
    /// These signals were told, the newest at the end.
    pub(crate) signals: Vec<Signal>,
}

/// Somebody waits for an inbox, until this is dropped.
#[derive(Debug)]
pub(crate) struct Watch {
    hub: Arc<Hub>,
    account: AccountId,
    /// None only while being dropped.
    receiver: Option<watch::Receiver<Board>>,
    /// What was seen of the board.
    grown: u64,
    checks: u64,
    last: u64,
}

impl Hub {
    /// Waits for the account's inbox to grow. Begin before reading the inbox, or what comes in between is only seen at
    /// the next change.
    pub(crate) fn watch(self: &Arc<Self>, account: AccountId) -> Watch {
        let mut waiting = self.waiting();
        let sender = waiting
            .entry(account)
            .or_insert_with(|| watch::Sender::new(Board::default()));
        let receiver = sender.subscribe();
        let (grown, checks, last) = {
            let board = receiver.borrow();
            (board.grown, board.checks, board.last)
        };
        Watch {
            hub: Arc::clone(self),
            account,
            receiver: Some(receiver),
            grown,
            checks,
            last,
        }
    }

    /// The accounts that somebody waits for, for whoever looks after lost hints.
    #[must_use]
    pub fn watched(&self) -> Vec<AccountId> {
        self.waiting().keys().copied().collect()
    }

    /// The events after this offset, without a hole, if this instance was told of them.
    pub(super) fn following(&self, account: AccountId, after: Offset) -> Vec<InboxEvent> {
        let waiting = self.waiting();
        let Some(sender) = waiting.get(&account) else {
            return Vec::new();
        };
        let board = sender.borrow();
        let after_it = board
            .places
            .iter()
            .skip_while(|event| event.offset <= after);
        let following: Vec<InboxEvent> = after_it.copied().collect();
        match following.first() {
            Some(first) if after.checked_add(1) == Some(first.offset) => following,
            _ => Vec::new(),
        }
    }

    /// What these events are about, if all of them are about messages that were sent a moment ago.
    pub(super) fn fresh(&self, events: &[InboxEvent]) -> Option<Vec<Arc<Sent>>> {
        let mut kinds = events.iter().map(|event| event.kind);
        if !kinds.all(|kind| kind == EventKind::MessageCreated) {
            return None;
        }
        let ids = events.iter();
        let ids = ids.map(|event| MessageId::from_bytes(event.subject));
        self.lock_fresh().find(ids, Instant::now())
    }

    /// Wakes those whose log has come to this offset, unless they were told.
    pub fn wake_unless_told(&self, heads: &[(AccountId, Offset)]) {
        let waiting = self.waiting();
        for (account, head) in heads {
            if let Some(sender) = waiting.get(account) {
                let is_told =
                    |board: &Board| board.places.back().is_some_and(|last| last.offset >= *head);
                sender.send_if_modified(|board| {
                    let wakes = !is_told(board);
                    if wakes {
                        board.grow();
                    }
                    wakes
                });
            }
        }
    }

    /// Has everybody look whether their session has ended, and whether this instance may still serve them.
    pub fn check_all(&self) {
        self.lock_fresh().trim(Instant::now());
        for sender in self.waiting().values() {
            sender.send_modify(|board| board.checks = board.checks.wrapping_add(1));
        }
    }

    fn waiting(&self) -> MutexGuard<'_, HashMap<AccountId, watch::Sender<Board>>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lock_fresh(&self) -> MutexGuard<'_, Fresh> {
        self.fresh.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps what was sent to those who are told, and forgets what was deleted.
    fn refresh(
        &self,
        told: &[(watch::Sender<Board>, InboxEvent)],
        grown: &[(AccountId, InboxEvent)],
        sent: Vec<StoredMessage>,
    ) {
        let subjects: HashSet<[u8; 16]> = told.iter().map(|(_, event)| event.subject).collect();
        let mut fresh = self.lock_fresh();
        let now = Instant::now();
        for message in sent {
            if subjects.contains(message.id.as_bytes()) {
                fresh.add(message, now);
            }
        }
        for (_, event) in grown {
            if event.kind == EventKind::MessageDeleted {
                fresh.forget(MessageId::from_bytes(event.subject));
            }
        }
    }
}

impl WakeUps for Hub {
    fn wake(&self, accounts: &[AccountId]) {
        let waiting = self.waiting();
        for account in accounts {
            if let Some(sender) = waiting.get(account) {
                sender.send_modify(Board::grow);
            }
        }
    }

    fn tell(&self, grown: &[(AccountId, InboxEvent)], sent: Vec<StoredMessage>) {
        let waiting = self.waiting();
        if waiting.is_empty() {
            return;
        }
        let told: Vec<_> = grown
            .iter()
            .filter_map(|(account, event)| Some((waiting.get(account)?.clone(), *event)))
            .collect();
        // Those who are woken first look up what they were told while others are being woken.
        drop(waiting);
        self.refresh(&told, grown, sent);
        for (sender, event) in told {
            sender.send_modify(|board| board.add(event));
        }
    }

    fn wake_all(&self) {
        for sender in self.waiting().values() {
            sender.send_modify(Board::grow);
        }
    }
}

impl Signals for Hub {
    fn signal(&self, accounts: &[AccountId], signal: &Signal) {
        let waiting = self.waiting();
        for account in accounts {
            if let Some(sender) = waiting.get(account) {
                sender.send_modify(|board| board.put_up(*signal));
            }
        }
    }
}

impl Board {
    /// The inbox has grown by what nobody has told.
    fn grow(&mut self) {
        self.grown = self.grown.wrapping_add(1);
        self.places.clear();
    }

    /// The inbox has grown by this event.
    fn add(&mut self, event: InboxEvent) {
        self.grown = self.grown.wrapping_add(1);
        if let Some(last) = self.places.back() {
            if event.offset <= last.offset {
                // Told late: whoever was woken for the later one has read this one.
                return;
            }
            if event.offset > last.offset + 1 {
                self.places.clear();
            }
        }
        if self.places.len() >= MAX_PLACES {
            self.places.pop_front();
        }
        self.places.push_back(event);
    }

    /// Adds a signal, in place of the one it replaces if nobody has looked since.
    fn put_up(&mut self, signal: Signal) {
        self.signals
            .retain(|(_, earlier)| !signal.replaces(earlier));
        if self.signals.len() >= MAX_SIGNALS {
            self.signals.pop_front();
        }
        self.last += 1;
        self.signals.push_back((self.last, signal));
    }
}

impl Watch {
    /// Returns once something has happened since this was last called, or since the beginning. May be dropped and called
    /// again without missing anything but old signals.
    pub(crate) async fn news(&mut self) -> News {
        let Some(receiver) = &mut self.receiver else {
            return std::future::pending().await;
        };
        if receiver.changed().await.is_err() {
            // The hub forgets nobody who watches; without this, a defect there would make a busy loop here.
            return std::future::pending().await;
        }
        let board = receiver.borrow_and_update();
        let unseen = board
            .signals
            .iter()
            .filter(|(number, _)| *number > self.last);
        let news = News {
            grown: board.grown != self.grown,
            check: board.checks != self.checks,
            signals: unseen.map(|(_, signal)| *signal).collect(),
        };
        (self.grown, self.checks, self.last) = (board.grown, board.checks, board.last);
        news
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let mut waiting = self.hub.waiting();
        self.receiver = None;
        if waiting
            .get(&self.account)
            .is_some_and(|sender| sender.receiver_count() == 0)
        {
            waiting.remove(&self.account);
        }
    }
}

#[cfg(test)]
mod tests;
