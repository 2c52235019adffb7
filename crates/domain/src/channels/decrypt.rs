//! Somebody has a message decrypted that was encrypted for them.

use thiserror::Error;

use super::{Channels, Exchange};
use crate::Secret;
use crate::custodial_keys::{CustodialKey, live};
use crate::ports::{StoreError, StoreExt};
use crate::throttle::{Rate, Subject, TooMany};

/// Why there is no plaintext.
#[derive(Debug, Error)]
pub enum DecryptError {
    /// Nobody is logged in to the channel, or it was not encrypted for whoever is, or it is damaged: never says which.
    #[error("this cannot be decrypted here")]
    CannotDecrypt,
    /// Too many of one account.
    #[error(transparent)]
    TooMany(#[from] TooMany),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

domain_error!(DecryptError {
    CannotDecrypt: Forbidden, "cannot-decrypt";
} else { TooMany, Store });

impl Channels {
    /// Decrypts what [`Channels::encrypt`] made for the caller: at most 60 a minute for one account.
    ///
    /// # Errors
    /// [`DecryptError`].
    pub async fn decrypt(
        &self,
        exchange: &Exchange,
        message: &str,
    ) -> Result<Secret<String>, DecryptError> {
        let caller = exchange.caller().ok_or(DecryptError::CannotDecrypt)?;
        let (account, now) = (caller.account(), self.env.now());
        let throttles = self.ports.throttles.clone();
        let found = self
            .env
            .store
            .write(move |tx| {
                let subject = Subject::Account(account);
                let spent = throttles.spend(tx, Rate::Decryptions, &subject, now)?;
                let found = live(tx, account)?;
                Ok::<_, StoreError>(spent.map(|()| found))
            })
            .await??;
        let key = found.map(|(key, _)| key);
        self.plaintext(exchange, key.as_ref(), message)
            .ok_or(DecryptError::CannotDecrypt)
    }

    fn plaintext(
        &self,
        exchange: &Exchange,
        key: Option<&CustodialKey>,
        message: &str,
    ) -> Option<Secret<String>> {
        let (key, unlocked) = (key?, exchange.unlocked.as_ref()?);
        let keys = &self.ports.custodial_keys;
        let private = keys.open_private(key, &unlocked.wrapping).ok()?;
        let cipher = &self.ports.custodial_cipher;
        let mut plaintext = cipher.decrypt(&private, key.account, message)?;
        let text = String::from_utf8(std::mem::take(&mut *plaintext));
        text.ok().map(Secret::new)
    }
}
