//! Somebody says that they go, as the dialect `social` has it.

use super::Presence;
use crate::ports::{StoreError, StoreExt};
use crate::sessions::{Actor, EndSessionError};

impl Presence {
    /// Ends the caller's session, and with it counts them as gone at once, whatever other sessions they have: whichever
    /// of these is used next brings them back.
    ///
    /// # Errors
    /// [`EndSessionError`].
    pub async fn log_out(&self, actor: &Actor) -> Result<(), EndSessionError> {
        self.sessions().end(actor, actor.session()).await?;
        let account = actor.account();
        self.memo().drop_signs(account);
        let ended: Result<bool, StoreError> = self
            .env
            .store
            .write(move |tx| tx.presence().end(account))
            .await;
        ended?;
        Ok(())
    }
}
