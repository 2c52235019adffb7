//! Somebody has forgotten their password and asks for a code, within a channel.

use std::net::IpAddr;

use thiserror::Error;

use super::{ChannelRecovery, Channels, Exchange};
use crate::accounts::Email;
use crate::authentication::Identifier;
use crate::ports::{StoreError, StoreExt};
use crate::recovery::{RecoveryForm, StartRecovery, StartRecoveryError};
use crate::sessions::Dialect;

/// Asks for a code.
#[derive(Debug, Clone)]
pub struct ForgetPassword {
    /// Whose password.
    pub email: Email,
    /// The network address that rates are counted by (for IPv6 its /64).
    pub address: IpAddr,
}

/// Why no recovery is under way.
#[derive(Debug, Error)]
pub enum ForgetPasswordError {
    /// Nobody has this address; said only where the operator wants it so.
    #[error("nobody has this mail address")]
    UnknownAddress,
    /// No recovery can be started.
    #[error(transparent)]
    Start(StartRecoveryError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

domain_error!(ForgetPasswordError {
    UnknownAddress: NotFound, "unknown-address", "email";
} else { Start, Store });

impl Channels {
    /// Mails a code of six letters and digits that is good for five minutes, in this channel alone. An earlier one of this
    /// channel is void.
    ///
    /// # Errors
    /// [`ForgetPasswordError`].
    pub async fn forget_password(
        &self,
        exchange: &Exchange,
        command: ForgetPassword,
    ) -> Result<(), ForgetPasswordError> {
        let ForgetPassword { email, address } = command;
        let start = StartRecovery {
            identifier: Identifier::Email(email.clone()),
            dialect: Dialect::Channel,
            form: RecoveryForm::CHANNEL,
            address,
        };
        // Counted first, also where a stranger is told who is known.
        let started = self.ports.recoveries.start(start).await;
        let started = started.map_err(ForgetPasswordError::Start)?;
        let (channel, reveal) = (exchange.channel.id, self.rules.reveal_unknown_email);
        self.env
            .store
            .write(move |tx| {
                if reveal && tx.accounts().find_by_email(&email)?.is_none() {
                    return Err(ForgetPasswordError::UnknownAddress);
                }
                let asked = ChannelRecovery {
                    id: started.id,
                    sealed_token: None,
                };
                Ok(tx.channels().set_recovery(channel, Some(asked))?)
            })
            .await
    }
}
