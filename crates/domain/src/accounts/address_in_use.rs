//! Somebody wants an account with an address that has one. Whoever reads that mail hears of it, and nobody else.

use super::{Accounts, Email};
use crate::mail::{self, Mail, MailMessage};
use crate::ports::{StoreError, StoreExt};
use crate::throttle::{Rate, Subject};

impl Accounts {
    /// Tells the owner of the address that somebody tried to make a second account with it; not again and again.
    pub(crate) async fn tell_address_in_use(&self, email: Email) -> Result<(), StoreError> {
        let now = self.env.now();
        // Counted apart from what the owner asks for: strangers cannot use that up.
        let subject = Subject::Nobody(email.key().to_owned());
        let mail = self.ports.outbox.seal(&Mail {
            to: email,
            username: String::new(),
            message: MailMessage::AddressInUse,
            not_after: now + Mail::NOTICE_LIFETIME,
        });
        let throttles = self.ports.throttles.clone();
        self.env
            .store
            .write(move |tx| {
                if throttles
                    .spend(tx, Rate::AddressProofs, &subject, now)?
                    .is_ok()
                {
                    mail::enqueue(tx, &mail)?;
                }
                Ok(())
            })
            .await
    }
}
