//! Who is told what a commit has for others, here and on other instances.

use std::sync::Arc;

use sealpost_domain::accounts::AccountId;
use sealpost_domain::inbox::InboxEvent;
use sealpost_domain::ports::{Signal, Signals, StoredMessage, WakeUps};
use sealpost_http::Hub;
use sealpost_store::PostgresBus;
use tokio::sync::Notify;

/// Those who wait for their inboxes, here and elsewhere, and those who send mail.
pub(super) struct Everybody {
    hub: Arc<Hub>,
    /// The other instances, if there can be any.
    others: Option<PostgresBus>,
    mail: Arc<Notify>,
}

impl Everybody {
    pub(super) fn new(hub: Arc<Hub>, others: Option<PostgresBus>) -> Self {
        Self {
            hub,
            others,
            mail: Arc::default(),
        }
    }

    /// Told when a mail waits.
    pub(super) fn mail(&self) -> Arc<Notify> {
        Arc::clone(&self.mail)
    }
}

impl WakeUps for Everybody {
    fn wake(&self, accounts: &[AccountId]) {
        self.hub.wake(accounts);
        if let Some(others) = &self.others {
            others.wake(accounts);
        }
    }

    fn tell(&self, grown: &[(AccountId, InboxEvent)], sent: Vec<StoredMessage>) {
        self.hub.tell(grown, sent);
        if let Some(others) = &self.others {
            // They ask for themselves: what is said there is no longer than a hint.
            others.tell(grown, Vec::new());
        }
    }

    fn mail_waits(&self) {
        // One is enough: it goes on until nothing is due. If all are busy, the next that is not takes the word.
        self.mail.notify_one();
    }
}

impl Signals for Everybody {
    fn signal(&self, accounts: &[AccountId], signal: &Signal) {
        self.hub.signal(accounts, signal);
        if let Some(others) = &self.others {
            others.signal(accounts, signal);
        }
    }
}
