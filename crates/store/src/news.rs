//! What a committed unit of work has for others.

use sealpost_domain::accounts::AccountId;
use sealpost_domain::inbox::InboxEvent;
use sealpost_domain::ports::{StoredMessage, WakeUps};

/// Whom to wake after a commit.
#[derive(Debug, Default)]
pub(crate) struct News {
    /// Whose inboxes have grown, and by what, each inbox's events in their order.
    pub(crate) grown: Vec<(AccountId, InboxEvent)>,
    /// Messages that were sent, for those who read of them now.
    pub(crate) sent: Vec<StoredMessage>,
    /// Whether mail waits to be sent.
    pub(crate) mail_waits: bool,
}

impl News {
    /// These news, and then those.
    pub(crate) fn and(mut self, other: Self) -> Self {
        self.grown.extend(other.grown);
        self.sent.extend(other.sent);
        self.mail_waits |= other.mail_waits;
        self
    }

    /// Wakes them.
    pub(crate) fn tell(self, wake_ups: &dyn WakeUps) {
        if !self.grown.is_empty() {
            wake_ups.tell(&self.grown, self.sent);
        }
        if self.mail_waits {
            wake_ups.mail_waits();
        }
    }
}
