//! An operator wants to see whether mail arrives.

use std::time::Duration;

use super::{Mail, MailId, MailMessage, Outbox, enqueue};
use crate::accounts::Email;
use crate::ports::{StoreError, StoreExt};

/// How long a test is tried: somebody is waiting for it.
const TEST_LIFETIME: Duration = Duration::from_secs(60 * 60);

impl Outbox {
    /// Sends a test to this address, through the outbox like every mail. What became of it,
    /// [`list`](Self::list) tells: a mail that is not there any more was sent.
    ///
    /// # Errors
    /// As [`enqueue`].
    pub async fn send_test(&self, to: Email) -> Result<MailId, StoreError> {
        let mail = self.seal(&Mail {
            to,
            username: String::new(),
            message: MailMessage::Test,
            not_after: self.env.now() + TEST_LIFETIME,
        });
        let id = mail.id;
        self.env
            .store
            .write(move |tx| enqueue(tx, &mail))
            .await
            .map(|()| id)
    }
}
