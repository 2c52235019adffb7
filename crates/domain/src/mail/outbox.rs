use std::sync::Arc;

use super::codec::{self, MailDecodeError};
use super::{Mail, MailId, SealedMail};
use crate::Environment;
use crate::ports::{Binding, Mailer, SealError, SealPurpose, Sealer};

/// The use cases of outgoing mail. Cloning is cheap.
#[derive(Clone)]
pub struct Outbox {
    pub(super) env: Environment,
    pub(super) mailer: Arc<dyn Mailer>,
    sealer: Arc<dyn Sealer>,
}

/// Why a stored mail cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unreadable {
    /// Another instance may be able to (it has the key, or is newer).
    Here,
    /// Nobody ever will.
    Anywhere,
}

impl Outbox {
    /// How many mails may wait; when so many do, nothing that would send another is done.
    pub const MAX_WAITING: u32 = 100_000;

    /// The service over its ports.
    #[must_use]
    pub const fn new(env: Environment, sealer: Arc<dyn Sealer>, mailer: Arc<dyn Mailer>) -> Self {
        Self {
            env,
            mailer,
            sealer,
        }
    }

    /// Seals a mail under a fresh id, so that it can be put into the outbox ([`enqueue`](super::enqueue)). Touches no
    /// store: call it before the unit of work.
    #[must_use]
    pub fn seal(&self, mail: &Mail) -> SealedMail {
        let id: MailId = self.env.new_id();
        SealedMail {
            id,
            template: mail.message.template(),
            payload: self.sealer.seal(&binding(&id), &codec::encode(mail)),
            created_at: self.env.now(),
            not_after: mail.not_after,
        }
    }

    pub(super) fn open(&self, id: &MailId, payload: &[u8]) -> Result<Mail, Unreadable> {
        let bytes = self
            .sealer
            .open(&binding(id), payload)
            .map_err(|error| match error {
                SealError::UnknownKey => Unreadable::Here,
                SealError::Rejected => Unreadable::Anywhere,
            })?;
        codec::decode(&bytes).map_err(|error| match error {
            MailDecodeError::UnknownFormat(_) | MailDecodeError::UnknownTemplate(_) => {
                Unreadable::Here
            }
            MailDecodeError::Malformed => Unreadable::Anywhere,
        })
    }
}

const fn binding(id: &MailId) -> Binding<'_> {
    Binding {
        purpose: SealPurpose::Outbox,
        table: "mail_outbox",
        column: "payload",
        row: id.as_bytes().as_slice(),
        owner: &[],
    }
}
