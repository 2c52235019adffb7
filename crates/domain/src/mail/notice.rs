//! An account's owner is told that something about its security has changed.

use super::{Mail, MailMessage, Outbox, SealedMail, enqueue};
use crate::accounts::Account;
use crate::ports::{StoreError, Tx};

impl Outbox {
    /// A sealed notice to the account's address; None if it has none that was verified: a stranger is told nothing.
    #[must_use]
    pub fn notice(&self, account: &Account, message: MailMessage) -> Option<SealedMail> {
        account.email_verified_at?;
        let mail = Mail {
            to: account.email.clone()?,
            username: account.username.as_str().to_owned(),
            message,
            not_after: self.env.now() + Mail::NOTICE_LIFETIME,
        };
        Some(self.seal(&mail))
    }
}

/// Puts a notice into the outbox, if there is one.
///
/// # Errors
/// Those of [`enqueue`].
pub fn enqueue_if(tx: &mut dyn Tx, notice: Option<&SealedMail>) -> Result<(), StoreError> {
    notice.map_or(Ok(()), |notice| enqueue(tx, notice))
}
