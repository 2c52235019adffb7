//! What a committed unit of work has for others.

use std::collections::BTreeSet;

use sealpost_domain::accounts::AccountId;
use sealpost_domain::ports::WakeUps;

/// Whom to wake after a commit.
#[derive(Debug, Default)]
pub(crate) struct News {
    /// Whose inboxes have grown.
    pub(crate) grown: BTreeSet<AccountId>,
    /// Whether mail waits to be sent.
    pub(crate) mail_waits: bool,
}

impl News {
    /// These news and those.
    pub(crate) fn and(mut self, other: &Self) -> Self {
        self.grown.extend(&other.grown);
        self.mail_waits |= other.mail_waits;
        self
    }

    /// Wakes them.
    pub(crate) fn tell(self, wake_ups: &dyn WakeUps) {
        if !self.grown.is_empty() {
            wake_ups.wake(&self.grown.into_iter().collect::<Vec<_>>());
        }
        if self.mail_waits {
            wake_ups.mail_waits();
        }
    }
}
