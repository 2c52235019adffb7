//! Whether those who stay connected can still be served.

use tokio::time::Instant;

use super::checks::SOON;
use crate::Services;

/// What a view that stays open knows of how this instance stands to its store.
#[derive(Debug, Default)]
pub(super) struct Trust {
    /// Since when it has been in doubt, at every look.
    doubtful: Option<Instant>,
}

impl Trust {
    /// To be asked about once a second while there is doubt: whether this instance has not known for seconds which sessions have
    /// ended, so that whoever is connected had better move to another one. It has to be so at two looks that are not the
    /// same moment: a machine that slept, or whose clock was set, has something to catch up with first.
    pub(super) fn is_lost(&mut self, services: &Services) -> bool {
        if services.sessions.can_vouch() {
            self.doubtful = None;
            return false;
        }
        let since = self.doubtful.get_or_insert_with(Instant::now);
        since.elapsed() >= SOON / 2
    }
}
