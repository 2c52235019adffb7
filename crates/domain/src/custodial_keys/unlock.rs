//! Somebody who has just logged in has their custodial key opened, or gets one.

use super::{
    CustodialKey, CustodialKeyError, CustodialKeys, KeyDraft, KeyOpener, Opener, RecoveryKey,
    Unlocked, store,
};
use crate::accounts::{Account, AccountId, Password};
use crate::app_passwords::AppPasswordId;
use crate::keys::PublicKey;
use crate::mail::{self, MailMessage};
use crate::ports::{KeyParameters, SecretUse, StoreError, StoreExt, Tx};
use crate::sessions::Dialect;

/// What somebody was let in by.
#[derive(Debug, Clone)]
pub(crate) enum Presented {
    /// The account's password.
    Password(Password),
    /// An app password, as it was typed.
    AppPassword(AppPasswordId, Password),
    /// The recovery key.
    RecoveryKey(RecoveryKey),
}

impl Presented {
    const fn opener(&self) -> Opener {
        match self {
            Self::Password(_) => Opener::Password,
            Self::AppPassword(id, _) => Opener::AppPassword(*id),
            Self::RecoveryKey(_) => Opener::RecoveryKey,
        }
    }
}

/// What the account has.
struct Found {
    key: CustodialKey,
    opener: Option<KeyOpener>,
    good: bool,
}

/// How often two logins of one account may get in each other's way.
const ATTEMPTS: usize = 3;

impl CustodialKeys {
    /// Opens the account's custodial key with what was presented. With the password, an account without one gets one, and
    /// one whose key does not open gets another: then its owner gets a notice. None for an app password that opens none.
    ///
    /// # Errors
    /// [`CustodialKeyError`].
    pub(crate) async fn unlock(
        &self,
        account: &Account,
        presented: &Presented,
        dialect: Dialect,
    ) -> Result<Option<Unlocked>, CustodialKeyError> {
        for _ in 0..ATTEMPTS {
            let (id, opener) = (account.id, presented.opener());
            let found = self.env.store.read(move |tx| find(tx, id, opener)).await?;
            if let Some(opened) = self.open(found.as_ref(), presented).await? {
                return Ok(Some(opened));
            }
            let Presented::Password(password) = presented else {
                return Ok(None);
            };
            let replaced = found.as_ref().map(|found| found.key.key);
            let lost = found.is_some_and(|found| found.good);
            let draft = self
                .draft(account.id, password, replaced, Some(dialect))
                .await?;
            if self.store(account, &draft, lost).await? {
                return Ok(Some(draft.unlocked));
            }
        }
        Err(StoreError::Unavailable(None).into())
    }

    /// Opens the account's custodial key with what was presented; None if it has none, or none that this opens. Nothing
    /// changes.
    ///
    /// # Errors
    /// [`CustodialKeyError`].
    pub(crate) async fn try_open(
        &self,
        account: AccountId,
        presented: &Presented,
    ) -> Result<Option<Unlocked>, CustodialKeyError> {
        let opener = presented.opener();
        let found = self
            .env
            .store
            .read(move |tx| find(tx, account, opener))
            .await?;
        self.open(found.as_ref(), presented).await
    }

    async fn open(
        &self,
        found: Option<&Found>,
        presented: &Presented,
    ) -> Result<Option<Unlocked>, CustodialKeyError> {
        let opener = found.filter(|found| found.good).and_then(|found| {
            let opener = found.opener.as_ref();
            opener.filter(|opener| opener.key == found.key.key)
        });
        let Some(opener) = opener else {
            return Ok(None);
        };
        let key = match (presented, &opener.parameters) {
            (Presented::Password(password), Some(parameters)) => {
                let parameters: KeyParameters = parameters.clone();
                let keys = &self.ports.password_keys;
                keys.key(password.clone(), parameters).await?
            }
            (Presented::AppPassword(_, text), None) => {
                let secret = text.expose().as_bytes();
                self.ports.cipher.derive(SecretUse::AppPassword, secret)
            }
            (Presented::RecoveryKey(key), None) => {
                let secret = key.expose().as_bytes();
                self.ports.cipher.derive(SecretUse::RecoveryKey, secret)
            }
            _ => return Ok(None),
        };
        Ok(self.open_opener(opener, &key)?)
    }

    /// False if another login was faster.
    async fn store(
        &self,
        account: &Account,
        draft: &KeyDraft,
        lost: bool,
    ) -> Result<bool, CustodialKeyError> {
        let notice = lost
            .then(|| self.ports.outbox.notice(account, MailMessage::KeyReplaced))
            .flatten();
        let draft = draft.clone();
        self.env
            .store
            .write(move |tx| {
                let stored = store(tx, &draft)?;
                if stored {
                    mail::enqueue_if(tx, notice.as_ref())?;
                }
                Ok(stored)
            })
            .await
    }
}

fn find(tx: &mut dyn Tx, account: AccountId, opener: Opener) -> Result<Option<Found>, StoreError> {
    let Some(key) = tx.custodial_keys().find(account)? else {
        return Ok(None);
    };
    let good = tx
        .keys()
        .list(account)?
        .iter()
        .any(|good| good.id == key.key);
    let opener = tx.custodial_keys().find_opener(account, opener)?;
    Ok(Some(Found { key, opener, good }))
}

/// The account's custodial key with its public half, if that has not been withdrawn.
pub(crate) fn live(
    tx: &mut dyn Tx,
    account: AccountId,
) -> Result<Option<(CustodialKey, PublicKey)>, StoreError> {
    let Some(key) = tx.custodial_keys().find(account)? else {
        return Ok(None);
    };
    let public = tx.keys().list(account)?.into_iter();
    Ok(public
        .filter(|public| public.id == key.key)
        .map(|public| (key.clone(), public))
        .next())
}
