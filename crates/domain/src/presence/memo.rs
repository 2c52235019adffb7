use std::collections::HashMap;
use std::time::Duration;

use super::Presence;
use crate::Timestamp;
use crate::accounts::AccountId;
use crate::sessions::SessionId;

/// Longer than a unit of work reads: who began before a lease was written does not see it.
const LONGEST_READING: Duration = Duration::from_secs(5);

/// What this instance knows of signs of life: which leases it has renewed lately, and which are due. A request costs a
/// look here and no query.
#[derive(Debug, Default)]
pub(super) struct Memo {
    renewed: HashMap<AccountId, Timestamp>,
    due: HashMap<AccountId, Sign>,
    /// Taken, and not in the store yet, or so lately that somebody may still look at what the store held before.
    under_way: HashMap<AccountId, UnderWay>,
}

/// A sign of life that was taken to the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct UnderWay {
    sign: Sign,
    /// When it was there; None until then.
    settled_at: Option<Timestamp>,
}

/// A sign of life that has not reached the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Sign {
    /// Through which session.
    pub(super) session: SessionId,
    /// When.
    pub(super) at: Timestamp,
}

impl Memo {
    /// Notes a sign of life; the lease is due if it was not renewed lately.
    pub(super) fn note(&mut self, account: AccountId, sign: Sign) {
        let fresh = |renewed: &Timestamp| sign.at.since(*renewed) < Presence::RENEW_EVERY;
        if !self.renewed.get(&account).is_some_and(fresh) {
            self.due.insert(account, sign);
        }
    }

    /// Forgets that the lease was renewed lately: the store may have ended it since.
    pub(super) fn forget(&mut self, account: AccountId) {
        self.renewed.remove(&account);
    }

    /// Forgets every sign of life of the account.
    pub(super) fn drop_signs(&mut self, account: AccountId) {
        self.forget(account);
        self.due.remove(&account);
        self.under_way.remove(&account);
    }

    /// The sign of life of an account whose lease is due, or on its way to the store.
    pub(super) fn due(&self, account: AccountId) -> Option<Sign> {
        let under_way = || {
            self.under_way
                .get(&account)
                .map(|under_way| &under_way.sign)
        };
        self.due.get(&account).or_else(under_way).copied()
    }

    /// Takes at most `limit` of what is due. It counts as renewed: signs that come meanwhile are of no interest.
    pub(super) fn take_due(&mut self, limit: usize, now: Timestamp) -> Vec<(AccountId, Sign)> {
        let taken: Vec<_> = self
            .due
            .iter()
            .take(limit)
            .map(|(account, sign)| (*account, *sign))
            .collect();
        for (account, sign) in &taken {
            self.due.remove(account);
            self.renewed.insert(*account, now);
            let under_way = UnderWay {
                sign: *sign,
                settled_at: None,
            };
            self.under_way.insert(*account, under_way);
        }
        taken
    }

    /// What was taken is in the store since `now`.
    pub(super) fn settle(&mut self, taken: &[AccountId], now: Timestamp) {
        for account in taken {
            if let Some(under_way) = self.under_way.get_mut(account) {
                under_way.settled_at = Some(now);
            }
        }
    }

    /// What was taken did not reach the store: it is due again.
    pub(super) fn put_back(&mut self, taken: &[(AccountId, Sign)]) {
        for (account, sign) in taken {
            self.renewed.remove(account);
            self.under_way.remove(account);
            self.due.entry(*account).or_insert(*sign);
        }
    }

    /// Drops what no longer matters, so that only those who were here lately take room.
    pub(super) fn prune(&mut self, now: Timestamp) {
        self.renewed
            .retain(|_, renewed| now.since(*renewed) < Presence::RENEW_EVERY);
        self.due
            .retain(|_, sign| now.since(sign.at) < Presence::LEASE);
        self.under_way.retain(|_, under_way| {
            under_way
                .settled_at
                .is_none_or(|settled| now.since(settled) < LONGEST_READING)
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALICE: AccountId = AccountId::from_bytes([1; 16]);
    const NOW: Timestamp = Timestamp::from_seconds(1_000);

    fn sign(seconds: u64) -> Sign {
        Sign {
            session: SessionId::from_bytes([2; 16]),
            at: NOW + Duration::from_secs(seconds),
        }
    }

    #[test]
    fn a_lease_is_due_once_in_thirty_seconds() {
        let mut memo = Memo::default();
        memo.note(ALICE, sign(0));
        assert_eq!(memo.take_due(9, NOW).len(), 1);
        memo.note(ALICE, sign(29));
        assert_eq!(memo.take_due(9, NOW), []);
        memo.note(ALICE, sign(30));
        assert_eq!(memo.take_due(9, NOW), [(ALICE, sign(30))]);
    }

    #[test]
    fn what_did_not_reach_the_store_is_due_again() {
        let mut memo = Memo::default();
        memo.note(ALICE, sign(0));
        let taken = memo.take_due(9, NOW);
        memo.put_back(&taken);
        assert_eq!(memo.due(ALICE), Some(sign(0)));
    }

    #[test]
    fn what_is_on_its_way_counts_until_whoever_began_to_read_before_it_arrived_is_done() {
        let mut memo = Memo::default();
        memo.note(ALICE, sign(0));
        memo.take_due(9, NOW);
        memo.prune(NOW + LONGEST_READING);
        assert_eq!(memo.due(ALICE), Some(sign(0)), "not there yet");
        memo.settle(&[ALICE], NOW);
        memo.prune(NOW + LONGEST_READING / 2);
        assert_eq!(memo.due(ALICE), Some(sign(0)), "only just there");
        memo.prune(NOW + LONGEST_READING);
        assert_eq!(memo.due(ALICE), None);
    }

    #[test]
    fn somebody_who_comes_back_is_due_at_once() {
        let mut memo = Memo::default();
        memo.note(ALICE, sign(0));
        memo.take_due(9, NOW);
        memo.forget(ALICE);
        memo.note(ALICE, sign(1));
        assert_eq!(memo.due(ALICE), Some(sign(1)));
    }

    #[test]
    fn those_who_are_gone_take_no_room() {
        let mut memo = Memo::default();
        memo.note(ALICE, sign(0));
        memo.take_due(9, NOW);
        memo.note(AccountId::from_bytes([3; 16]), sign(0));
        memo.prune(NOW + Presence::LEASE);
        assert!(memo.renewed.is_empty() && memo.due.is_empty());
    }
}
