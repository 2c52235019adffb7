//! What this instance has to tell the others, until it is told. It is bounded: what does not fit is lost, as hints may be.

use std::collections::{BTreeSet, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use sealpost_domain::accounts::AccountId;
use sealpost_domain::ports::Signal;

use super::letter::{READERS, Told, WAKE_UPS, fitting};

/// So many accounts wait to be woken elsewhere at most.
const MAX_ACCOUNTS: usize = 50_000;
/// So many signals wait at most.
const MAX_SIGNALS: usize = 1_024;

/// What waits.
#[derive(Debug, Default)]
pub(super) struct Pending(Mutex<Waiting>);

#[derive(Debug, Default)]
struct Waiting {
    accounts: BTreeSet<AccountId>,
    signals: VecDeque<Told>,
}

impl Pending {
    pub(super) fn wake(&self, accounts: &[AccountId]) {
        let mut waiting = self.waiting();
        let room = MAX_ACCOUNTS.saturating_sub(waiting.accounts.len());
        waiting.accounts.extend(accounts.iter().take(room));
    }

    pub(super) fn signal(&self, accounts: &[AccountId], signal: &Signal) {
        let mut waiting = self.waiting();
        for some in accounts.chunks(READERS) {
            if waiting.signals.len() >= MAX_SIGNALS {
                waiting.signals.pop_front();
            }
            waiting.signals.push_back(Told {
                signal: *signal,
                accounts: some.to_vec(),
            });
        }
    }

    /// Takes as much as one letter of each kind holds.
    pub(super) fn take(&self) -> (Vec<AccountId>, Vec<Told>) {
        let mut waiting = self.waiting();
        let mut accounts = std::mem::take(&mut waiting.accounts);
        if let Some(first_left) = accounts.iter().nth(WAKE_UPS).copied() {
            waiting.accounts = accounts.split_off(&first_left);
        }
        let count = fitting(waiting.signals.iter());
        let signals = waiting.signals.drain(..count).collect();
        (accounts.into_iter().collect(), signals)
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use sealpost_domain::conversations::ConversationId;

    use super::*;

    fn account(number: u64) -> AccountId {
        let mut bytes = [0; 16];
        bytes[8..].copy_from_slice(&number.to_be_bytes());
        AccountId::from_bytes(bytes)
    }

    #[test]
    fn those_woken_twice_are_told_once_and_many_in_turn() {
        let pending = Pending::default();
        let all: Vec<AccountId> = (0..600).map(account).collect();
        pending.wake(&all);
        pending.wake(&all[..10]);
        let mut told = Vec::new();
        loop {
            let (some, _) = pending.take();
            if some.is_empty() {
                break;
            }
            assert!(some.len() <= WAKE_UPS);
            told.extend(some);
        }
        assert_eq!(told, all);
    }

    #[test]
    fn what_waits_is_bounded() {
        let pending = Pending::default();
        for first in (0..100_000).step_by(1_000) {
            let some: Vec<AccountId> = (first..first + 1_000).map(account).collect();
            pending.wake(&some);
        }
        assert_eq!(pending.waiting().accounts.len(), MAX_ACCOUNTS);
        for seq in 0..2_000 {
            let signal = Signal::ReadMarker {
                conversation: ConversationId::from_bytes([1; 16]),
                account: account(1),
                seq,
            };
            pending.signal(&[account(2)], &signal);
        }
        assert_eq!(pending.waiting().signals.len(), MAX_SIGNALS);
        let (_, told) = pending.take();
        assert!(
            matches!(told[0].signal, Signal::ReadMarker { seq: 976, .. }),
            "the oldest are lost"
        );
    }
}
