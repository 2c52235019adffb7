//! An app password for the dialect `channel` is made.

use super::{CustodialKeyError, CustodialKeys, KeyOpener, Opener, Presented};
use crate::Secret;
use crate::accounts::{Account, Password};
use crate::app_passwords::AppPasswordId;
use crate::ports::SecretUse;
use crate::sessions::Dialect;

impl CustodialKeys {
    /// The account's custodial key, sealed for an app password that is to be stored with it. An account without a key
    /// gets one. `password` is the account's, and has been checked.
    ///
    /// # Errors
    /// [`CustodialKeyError`].
    pub(crate) async fn seal_for_app_password(
        &self,
        account: &Account,
        password: Password,
        id: AppPasswordId,
        text: &Secret<String>,
    ) -> Result<Option<KeyOpener>, CustodialKeyError> {
        let presented = Presented::Password(password);
        let unlocked = self.unlock(account, &presented, Dialect::Native).await?;
        let secret = text.expose().as_bytes();
        let key = self.ports.cipher.derive(SecretUse::AppPassword, secret);
        Ok(unlocked.map(|unlocked| {
            self.seal_opener(account.id, &unlocked, Opener::AppPassword(id), &key, None)
        }))
    }
}
