//! Whether those who stay connected can still be served.

use crate::Services;

/// What a view that stays open knows of how this instance stands to its store.
#[derive(Debug, Default)]
pub(super) struct Trust {
    doubtful: bool,
}

impl Trust {
    /// To be asked once a second: whether this instance has not known for seconds which sessions have ended, so that whoever is
    /// connected had better move to another one. It has to be so twice in a row: a machine that slept, or whose clock
    /// was set, has something to catch up with first.
    pub(super) fn is_lost(&mut self, services: &Services) -> bool {
        let doubtful = !services.sessions.can_vouch();
        std::mem::replace(&mut self.doubtful, doubtful) && doubtful
    }
}
