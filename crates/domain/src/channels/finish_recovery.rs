//! Somebody who has given the code sets a new password.

use thiserror::Error;

use super::{Channels, Exchange};
use crate::Secret;
use crate::accounts::Password;
use crate::factors::FactorCode;
use crate::ports::{StoreError, StoreExt};
use crate::recovery::{CompleteRecovery, CompleteRecoveryError, CompletedRecovery};
use crate::sessions::Dialect;

/// Asks for the new password to be set.
#[derive(Debug, Clone)]
pub struct FinishRecovery {
    /// The new password.
    pub new_password: Password,
    /// A code of the authenticator or a recovery code, where an authenticator is on.
    pub factor: Option<FactorCode>,
    /// What keeps the account's custodial key, as it was typed.
    pub recovery_key: Option<Secret<String>>,
}

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FinishedRecovery {
    /// Whether the account has another custodial key now: what was encrypted for the old one stays closed.
    pub key_replaced: bool,
}

/// Why the password stays.
#[derive(Debug, Error)]
pub enum FinishRecoveryError {
    /// No code was given in this channel, or too long ago.
    #[error("no recovery waits for a new password in this channel")]
    OutOfOrder,
    /// It was refused for another reason; the step stays open.
    #[error(transparent)]
    Complete(CompleteRecoveryError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

domain_error!(FinishRecoveryError {
    OutOfOrder: Conflict, "recovery-out-of-order";
} else { Complete, Store });

impl Channels {
    /// Sets a new password ([`crate::recovery::Recoveries::complete`]): every login of the account ends, in this channel
    /// too, its block in this dialect is lifted, and it has a new custodial key, unless its recovery key is given. Nobody is
    /// logged in by it.
    ///
    /// # Errors
    /// [`FinishRecoveryError`].
    pub async fn finish_recovery(
        &self,
        exchange: &Exchange,
        command: FinishRecovery,
    ) -> Result<FinishedRecovery, FinishRecoveryError> {
        let Some((id, Some(token))) = exchange.recovery.clone() else {
            return Err(FinishRecoveryError::OutOfOrder);
        };
        let complete = CompleteRecovery {
            id,
            token,
            new_password: command.new_password,
            factor: command.factor,
            recovery_key: command.recovery_key,
            dialect: Dialect::Channel,
        };
        let CompletedRecovery { key_replaced } =
            match self.ports.recoveries.complete(complete).await {
                Ok(completed) => completed,
                Err(CompleteRecoveryError::Invalid) => return Err(FinishRecoveryError::OutOfOrder),
                Err(error) => return Err(FinishRecoveryError::Complete(error)),
            };
        let channel = exchange.channel.id;
        self.env
            .store
            .write(move |tx| tx.channels().set_recovery(channel, None))
            .await?;
        Ok(FinishedRecovery { key_replaced })
    }
}
