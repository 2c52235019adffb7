//! A new password is set: what that does to the account's custodial key. Every door that sets a password goes through
//! here.

use super::{CustodialKeyError, CustodialKeys, KeyDraft, KeyOpener, Opener, Unlocked, live, store};
use crate::accounts::{Account, AccountId, Password};
use crate::keys::ChangeKeysError;
use crate::mail::{self, MailMessage, SealedMail};
use crate::ports::{StoreError, StoreExt, Tx};
use crate::sessions::Dialect;

/// What the caller knows of what opens the account's custodial key.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Known<'a> {
    /// The password that it had.
    Password(&'a Password),
    /// It was opened already.
    Unlocked(&'a Unlocked),
    /// Nothing.
    Nothing,
}

impl<'a> From<Option<&'a Password>> for Known<'a> {
    fn from(password: Option<&'a Password>) -> Self {
        password.map_or(Self::Nothing, Self::Password)
    }
}

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
    /// Prepares the account's custodial key for a new password: sealed anew if something is known that opens it, and
    /// else replaced by a new key, for which nothing was encrypted before; the owner gets a notice of that.
    ///
    /// # Errors
    /// [`CustodialKeyError`]; then the password must not be set.
    pub(crate) async fn on_new_password(
        &self,
        account: &Account,
        known: Known<'_>,
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
        let unlocked = match known {
            Known::Password(old) => self.open_with_password(opener, old).await?,
            Known::Unlocked(unlocked) => Some(unlocked.clone()),
            Known::Nothing => None,
        };
        if let Some(unlocked) = unlocked.filter(|unlocked| unlocked.key == key.key) {
            let opener = self.seal_for_password(id, &unlocked, new).await?;
            return Ok(PasswordEffect::Resealed(opener));
        }
        let draft = self.draft(id, new, Some(key.key), dialect).await?;
        let notice = self.ports.outbox.notice(account, MailMessage::KeyReplaced);
        Ok(PasswordEffect::Replaced(Box::new(draft), notice))
    }

    async fn open_with_password(
        &self,
        opener: Option<KeyOpener>,
        password: &Password,
    ) -> Result<Option<Unlocked>, CustodialKeyError> {
        let Some(opener) = opener else {
            return Ok(None);
        };
        let Some(parameters) = opener.parameters.clone() else {
            return Ok(None);
        };
        let keys = &self.ports.password_keys;
        let key = keys.key(password.clone(), parameters).await?;
        Ok(self.open_opener(&opener, &key)?)
    }

    async fn seal_for_password(
        &self,
        account: AccountId,
        unlocked: &Unlocked,
        password: &Password,
    ) -> Result<KeyOpener, CustodialKeyError> {
        let keys = &self.ports.password_keys;
        let (parameters, key) = keys.new_key(password.clone()).await?;
        Ok(self.seal_opener(account, unlocked, Opener::Password, &key, Some(parameters)))
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
