//! Somebody types in the code that was mailed, in the channel that asked for it.

use thiserror::Error;

use super::secrets::Thing;
use super::{ChannelRecovery, Channels, Exchange};
use crate::Secret;
use crate::ports::{StoreError, StoreExt};
use crate::recovery::VerifyRecoveryError;

/// Why the next step is not open.
#[derive(Debug, Error)]
pub enum ConfirmRecoveryError {
    /// No recovery waits for its code in this channel.
    #[error("no recovery waits for its code in this channel")]
    OutOfOrder,
    /// It is another code, or it is used up or too old: never says which.
    #[error("this code is wrong, used up or too old")]
    WrongCode,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

domain_error!(ConfirmRecoveryError {
    OutOfOrder: Conflict, "recovery-out-of-order";
    WrongCode: Invalid, "wrong-code", "code";
} else { Store });

impl Channels {
    /// Opens the last step. Three tries for each code, in whatever channel.
    ///
    /// # Errors
    /// [`ConfirmRecoveryError`].
    pub async fn confirm_recovery(
        &self,
        exchange: &Exchange,
        code: &Secret<String>,
    ) -> Result<(), ConfirmRecoveryError> {
        let Some((id, None)) = exchange.recovery else {
            return Err(ConfirmRecoveryError::OutOfOrder);
        };
        let verified = match self.ports.recoveries.verify(id, code).await {
            Ok(verified) => verified,
            Err(VerifyRecoveryError::WrongCode) => return Err(ConfirmRecoveryError::WrongCode),
            Err(VerifyRecoveryError::Store(error)) => return Err(error.into()),
        };
        let channel = exchange.channel.id;
        let token = verified.token.expose().as_bytes();
        let confirmed = ChannelRecovery {
            id,
            sealed_token: Some(self.seal(&exchange.seal, channel, Thing::Token, token)),
        };
        self.env
            .store
            .write(move |tx| tx.channels().set_recovery(channel, Some(confirmed.clone())))
            .await?;
        Ok(())
    }
}
