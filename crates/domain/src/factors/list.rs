//! The owner looks at their second factors.

use super::{FactorSet, Factors};
use crate::ports::{StoreError, StoreExt};
use crate::sessions::Actor;

impl Factors {
    /// What the caller has switched on.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn list(&self, actor: &Actor) -> Result<FactorSet, StoreError> {
        let account = actor.account();
        self.env
            .store
            .ask(move |tx| tx.factors().find_set(account))
            .await
    }
}
