//! Wakes whoever waits for an inbox, and passes signals on to them. It holds no events: those who are woken read the log.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sealpost_domain::accounts::AccountId;
use sealpost_domain::ports::{Signal, Signals, WakeUps};
use tokio::sync::watch;

use super::seats::Seats;

/// So many signals wait for each account at most; the oldest go first. Who is slow misses them.
const MAX_SIGNALS: usize = 16;

/// The waiting views of this instance, by account.
#[derive(Debug, Default)]
pub struct Hub {
    waiting: Mutex<HashMap<AccountId, watch::Sender<Board>>>,
    pub(super) seats: Mutex<Seats>,
}

/// What an account's views have to look at. One for all of them, however many there are.
#[derive(Debug, Default)]
struct Board {
    /// How often the inbox has grown.
    grown: u64,
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
        let (grown, last) = {
            let board = receiver.borrow();
            (board.grown, board.last)
        };
        Watch {
            hub: Arc::clone(self),
            account,
            receiver: Some(receiver),
            grown,
            last,
        }
    }

    /// The accounts that somebody waits for, for whoever looks after lost hints.
    #[must_use]
    pub fn watched(&self) -> Vec<AccountId> {
        self.waiting().keys().copied().collect()
    }

    fn waiting(&self) -> MutexGuard<'_, HashMap<AccountId, watch::Sender<Board>>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
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
    const fn grow(&mut self) {
        self.grown = self.grown.wrapping_add(1);
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
            signals: unseen.map(|(_, signal)| *signal).collect(),
        };
        (self.grown, self.last) = (board.grown, board.last);
        news
    }

    /// Returns once the inbox has grown since this was last called, or since the beginning. May be dropped and called
    /// again without missing anything.
    pub(crate) async fn grown(&mut self) {
        while !self.news().await.grown {}
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
mod tests {
    use futures_util::FutureExt as _;
    use sealpost_domain::Timestamp;
    use sealpost_domain::conversations::ConversationId;

    use super::*;

    const ALICE: AccountId = AccountId::from_bytes([1; 16]);
    const BOB: AccountId = AccountId::from_bytes([2; 16]);

    #[test]
    fn wakes_the_account_that_waits_and_only_it() {
        let hub = Arc::new(Hub::default());
        let mut watch = hub.watch(ALICE);
        hub.wake(&[BOB]);
        assert_eq!(watch.grown().now_or_never(), None);
        hub.wake(&[ALICE, BOB]);
        hub.wake(&[ALICE]);
        assert_eq!(watch.grown().now_or_never(), Some(()));
        assert_eq!(watch.grown().now_or_never(), None, "seen");
    }

    fn typing(conversation: u8, seconds: i64) -> Signal {
        Signal::Typing {
            conversation: ConversationId::from_bytes([conversation; 16]),
            account: BOB,
            until: Timestamp::from_seconds(seconds),
        }
    }

    fn signals(watch: &mut Watch) -> Option<Vec<Signal>> {
        watch.news().now_or_never().map(|news| {
            assert!(!news.grown);
            news.signals
        })
    }

    #[test]
    fn a_signal_reaches_each_view_of_its_accounts_once_and_is_dropped_elsewhere() {
        let hub = Arc::new(Hub::default());
        let (mut first, mut second) = (hub.watch(ALICE), hub.watch(ALICE));
        hub.signal(&[ALICE, BOB], &typing(1, 1));
        for watch in [&mut first, &mut second] {
            assert_eq!(signals(watch), Some(vec![typing(1, 1)]));
            assert_eq!(signals(watch), None);
            assert_eq!(watch.grown().now_or_never(), None);
        }
        let mut late = hub.watch(ALICE);
        assert_eq!(signals(&mut late), None, "what was before is not told");
        assert_eq!(hub.watched(), [ALICE], "nothing is kept for Bob");
    }

    #[test]
    fn of_a_flood_of_signals_few_wait_and_the_newest_of_each_kind() {
        let hub = Arc::new(Hub::default());
        let mut slow = hub.watch(ALICE);
        for round in 1..=100 {
            for conversation in 1..=20 {
                hub.signal(&[ALICE], &typing(conversation, round));
            }
        }
        let newest: Vec<Signal> = (5..=20).map(|number| typing(number, 100)).collect();
        assert_eq!(signals(&mut slow), Some(newest));
    }

    #[test]
    fn signals_do_not_hide_that_the_inbox_has_grown() {
        let hub = Arc::new(Hub::default());
        let mut watch = hub.watch(ALICE);
        hub.wake(&[ALICE]);
        hub.signal(&[ALICE], &typing(1, 1));
        let news = watch.news().now_or_never().unwrap();
        assert_eq!((news.grown, news.signals.len()), (true, 1));
        hub.wake_all();
        assert_eq!(watch.grown().now_or_never(), Some(()));
    }

    #[test]
    fn forgets_an_account_when_the_last_one_leaves() {
        let hub = Arc::new(Hub::default());
        let (first, second) = (hub.watch(ALICE), hub.watch(ALICE));
        drop(first);
        assert_eq!(hub.watched(), [ALICE]);
        drop(second);
        assert_eq!(hub.watched(), []);
    }
}
