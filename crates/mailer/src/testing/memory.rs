//! Mail stays in memory: for tests.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use sealpost_domain::ports::{MailError, Mailer, OutgoingMail};

use crate::Letterhead;

/// Keeps what it is given. Clones share what they keep.
#[derive(Clone)]
pub struct MemoryMailer {
    letterhead: Letterhead,
    kept: Arc<Mutex<Kept>>,
}

#[derive(Default)]
struct Kept {
    sent: Vec<SentMail>,
    failures: Vec<MailError>,
}

/// A mail as it was handed over.
#[derive(Debug, Clone)]
pub struct SentMail {
    /// To whom, and what it says.
    pub outgoing: OutgoingMail,
    /// The same as a MIME message.
    pub raw: String,
}

impl MemoryMailer {
    /// A mailer that has kept nothing yet.
    #[must_use]
    pub fn new(letterhead: Letterhead) -> Self {
        Self {
            letterhead,
            kept: Arc::default(),
        }
    }

    /// Everything it was given, oldest first.
    #[must_use]
    pub fn sent(&self) -> Vec<SentMail> {
        self.kept().sent.clone()
    }

    /// The newest mail to this address.
    #[must_use]
    pub fn last_to(&self, address: &str) -> Option<SentMail> {
        let to = |mail: &&SentMail| mail.outgoing.mail.to.as_str() == address;
        self.kept().sent.iter().rev().find(to).cloned()
    }

    /// The next mail fails like this; call it again for the one after.
    pub fn fail_next(&self, failure: MailError) {
        self.kept().failures.push(failure);
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Mailer for MemoryMailer {
    async fn send(&self, mail: &OutgoingMail) -> Result<(), MailError> {
        let raw = self.letterhead.write(mail)?.formatted();
        let mut kept = self.kept();
        if !kept.failures.is_empty() {
            return Err(kept.failures.remove(0));
        }
        kept.sent.push(SentMail {
            outgoing: mail.clone(),
            raw: String::from_utf8_lossy(&raw).into_owned(),
        });
        Ok(())
    }
}
