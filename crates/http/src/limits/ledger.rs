//! What is known of each client of one rate: how far it is ahead, and what of that the other instances do not know yet.

use std::collections::HashMap;
use std::mem::take;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use governor::nanos::Nanos;
use governor::state::StateStore;
use sealpost_domain::throttle::Subject;

/// How many clients are remembered. Past it those that have all their requests back are forgotten; if none has,
/// everybody is: whoever has so many addresses is not slowed down by counting addresses, and must not fill the memory.
const MAX_CLIENTS: usize = 50_000;

/// The clients of one rate. Clones share what they know. All times are counted from the start of the rate.
#[derive(Debug, Clone)]
pub(super) struct Ledger {
    clients: Arc<Mutex<HashMap<Subject, Client>>>,
    max_clients: usize,
}

/// One client.
#[derive(Debug, Default)]
struct Client {
    /// When it has everything back that is known to be spent (the theoretical arrival time).
    until: Nanos,
    untold: Untold,
}

/// What was spent here and is not known elsewhere.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Untold {
    /// How many requests; the rest says nothing if it is none.
    pub(super) count: u32,
    /// When the first of them was.
    pub(super) since: Nanos,
    /// When they alone would all be back.
    pub(super) until: Nanos,
}

impl Untold {
    /// So many more, each worth `interval`.
    fn and(self, count: u32, interval: Nanos, now: Nanos) -> Self {
        let (since, until) = match self.count {
            0 => (now, now),
            _ => (self.since, self.until.max(now)),
        };
        Self {
            count: self.count.saturating_add(count),
            since,
            until: until + interval * u64::from(count),
        }
    }

    /// These, and those that came later.
    fn then(self, later: Self) -> Self {
        if later.count == 0 {
            return self;
        }
        Self {
            count: self.count.saturating_add(later.count),
            since: self.since,
            until: self.until.max(later.until),
        }
    }
}

impl Default for Ledger {
    fn default() -> Self {
        Self::of(MAX_CLIENTS)
    }
}

impl Ledger {
    /// A ledger of so many clients.
    pub(super) fn of(max_clients: usize) -> Self {
        Self {
            clients: Arc::default(),
            max_clients,
        }
    }

    /// Makes room for one more client.
    pub(super) fn make_room(&self, now: Nanos) {
        let mut clients = self.clients();
        if clients.len() >= self.max_clients {
            clients.retain(|_, client| client.until > now);
        }
        if clients.len() >= self.max_clients {
            clients.clear();
        }
    }

    /// Notes that so many requests were let through, each worth `interval`. Says how many the others do not know of.
    pub(super) fn note(&self, subject: &Subject, count: u32, interval: Nanos, now: Nanos) -> u32 {
        let mut clients = self.clients();
        let Some(client) = clients.get_mut(subject) else {
            return 0;
        };
        client.untold = client.untold.and(count, interval, now);
        client.untold.count
    }

    /// Takes what the others do not know of the client.
    pub(super) fn take_untold(&self, subject: &Subject) -> Untold {
        let mut clients = self.clients();
        let client = clients.get_mut(subject);
        client
            .map(|client| take(&mut client.untold))
            .unwrap_or_default()
    }

    /// What was taken could not be told.
    pub(super) fn put_back(&self, subject: &Subject, untold: Untold) {
        if let Some(client) = self.clients().get_mut(subject) {
            client.untold = untold.then(client.untold);
        }
    }

    /// At all instances together, the client has everything back at `until`, but for what it spent here since that was
    /// told.
    pub(super) fn raise(&self, subject: &Subject, until: Nanos, interval: Nanos) {
        if let Some(client) = self.clients().get_mut(subject) {
            let since = interval * u64::from(client.untold.count);
            client.until = client.until.max(until + since);
        }
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.clients().len()
    }

    fn clients(&self) -> MutexGuard<'_, HashMap<Subject, Client>> {
        self.clients.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl StateStore for Ledger {
    type Key = Subject;

    fn measure_and_replace<T, F, E>(&self, subject: &Subject, measure: F) -> Result<T, E>
    where
        F: Fn(Option<Nanos>) -> Result<(T, Nanos), E>,
    {
        let mut clients = self.clients();
        let known = clients.get(subject).map(|client| client.until);
        let (outcome, until) = measure(known)?;
        clients.entry(subject.clone()).or_default().until = until;
        Ok(outcome)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Nanos = Nanos::new(1_000_000_000);

    #[test]
    fn what_was_not_told_is_told_with_what_came_since() {
        let first = Untold::default().and(3, SECOND, SECOND * 10);
        assert_eq!((first.since, first.until), (SECOND * 10, SECOND * 13));
        let paused = first.and(1, SECOND, SECOND * 60);
        assert_eq!((paused.since, paused.until), (SECOND * 10, SECOND * 61));
        let since = Untold::default().and(2, SECOND, SECOND * 70);
        let together = paused.then(since);
        assert_eq!((together.count, together.since), (6, SECOND * 10));
        assert_eq!(together.until, SECOND * 72);
        assert_eq!(paused.then(Untold::default()), paused);
    }
}
