//! The owner looks at their app passwords.

use super::{AppPassword, AppPasswords};
use crate::ports::{StoreError, StoreExt};
use crate::sessions::Actor;

impl AppPasswords {
    /// The caller's, newest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn list(&self, actor: &Actor) -> Result<Vec<AppPassword>, StoreError> {
        let account = actor.account();
        self.env
            .store
            .ask(move |tx| tx.app_passwords().list(account))
            .await
    }
}
