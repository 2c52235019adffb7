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
        self.is_lost_at(Instant::now(), services.sessions.can_vouch())
    }

    fn is_lost_at(&mut self, now: Instant, vouches: bool) -> bool {
        if vouches {
            self.doubtful = None;
            return false;
        }
        let since = *self.doubtful.get_or_insert(now);
        now.saturating_duration_since(since) >= SOON / 2
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_looks_in_the_moment_a_machine_wakes_up_end_nothing() {
        let (mut trust, woken) = (Trust::default(), Instant::now());
        assert!(!trust.is_lost_at(woken, false));
        assert!(!trust.is_lost_at(woken, false));
        // Meanwhile the list of ended sessions was read.
        assert!(!trust.is_lost_at(woken + SOON, true));
        assert!(!trust.is_lost_at(woken + SOON * 2, false), "a new doubt");
        assert!(trust.is_lost_at(woken + SOON * 3, false));
    }
}
