//! A new password is set: what that does to the account's custodial key. Every door that sets a password goes through
//! here.

use super::{CustodialKeyError, CustodialKeys, KeyDraft, KeyOpener, Opener, live, store};
use crate::accounts::{Account, Password};
use crate::keys::ChangeKeysError;
use crate::mail::{self, MailMessage, SealedMail};
use crate::ports::{StoreError, StoreExt, Tx};
use crate::sessions::Dialect;

/// What is to be stored in the unit of work that stores the new password ([`apply`]).
#[derive(Debug, Clone)]
pub(crate) enum PasswordEffect {
    /// There is no custodial key.
    Nothing,
    /// It is sealed under the new password.
    Resealed(KeyOpener),
    /// Nobody can open it any more: there is another.
    Replaced(Box<KeyDraft>, Option<SealedMail>),
}

impl CustodialKeys {
    /// Prepares the account's custodial key for a new password: sealed anew if the old one is known, and else replaced
    /// by a new key, for which nothing was encrypted before; the owner gets a notice of that.
    ///
    /// # Errors
    /// [`CustodialKeyError`]; then the password must not be set.
    pub(crate) async fn on_new_password(
        &self,
        account: &Account,
        old: Option<&Password>,
        new: &Password,
        dialect: Option<Dialect>,
    ) -> Result<PasswordEffect, CustodialKeyError> {
        let id = account.id;
        let found = self
            .env
            .store
            .read(move |tx| {
                let Some((key, _)) = live(tx, id)? else {
                    return Ok(None);
                };
                let opener = tx.custodial_keys().find_opener(id, Opener::Password)?;
                Ok::<_, StoreError>(Some((key, opener)))
            })
            .await?;
        let Some((key, opener)) = found else {
            return Ok(PasswordEffect::Nothing);
        };
        if let (Some(old), Some(opener)) = (old, opener)
            && let Some(resealed) = self.reseal(opener, old, new).await?
        {
            return Ok(PasswordEffect::Resealed(resealed));
        }
        let draft = self.draft(id, new, Some(key.key), dialect).await?;
        let notice = self.ports.outbox.notice(account, MailMessage::KeyReplaced);
        Ok(PasswordEffect::Replaced(Box::new(draft), notice))
    }

    async fn reseal(
        &self,
        opener: KeyOpener,
        old: &Password,
        new: &Password,
    ) -> Result<Option<KeyOpener>, CustodialKeyError> {
        let Some(parameters) = opener.parameters.clone() else {
            return Ok(None);
        };
        let keys = &self.ports.password_keys;
        let key = keys.key(old.clone(), parameters).await?;
        let Some(unlocked) = self.open_opener(&opener, &key)? else {
            return Ok(None);
        };
        let (parameters, key) = keys.new_key(new.clone()).await?;
        Ok(Some(self.seal_opener(
            opener.account,
            &unlocked,
            Opener::Password,
            &key,
            Some(parameters),
        )))
    }
}

/// Stores it; says whether the key was replaced. If the account got another key meanwhile, nothing is stored: what does
/// not open with the new password is replaced at the next login.
pub(crate) fn apply(tx: &mut dyn Tx, effect: &PasswordEffect) -> Result<bool, StoreError> {
    match effect {
        PasswordEffect::Nothing => Ok(false),
        PasswordEffect::Resealed(opener) => {
            let present = tx.custodial_keys().find(opener.account)?;
            if present.is_some_and(|present| present.key == opener.key) {
                tx.custodial_keys().put_opener(opener)?;
            }
            Ok(false)
        }
        PasswordEffect::Replaced(draft, notice) => {
            let replaced = store(tx, draft).map_err(into_store_error)?;
            if replaced {
                mail::enqueue_if(tx, notice.as_ref())?;
            }
            Ok(replaced)
        }
    }
}

/// A key of a fresh pair, in the place of another, is refused by no rule but one: the ring may be full if the other was
/// withdrawn this very moment.
fn into_store_error(error: CustodialKeyError) -> StoreError {
    match error {
        CustodialKeyError::Store(error) => error,
        CustodialKeyError::Ring(ChangeKeysError::TooMany) => StoreError::Unavailable(None),
        error => StoreError::Internal(Box::new(error)),
    }
}
