//! Somebody sets a new password within a channel.

use thiserror::Error;

use super::{Channels, Exchange};
use crate::accounts::{ChangePassword, ChangePasswordError};
use crate::ports::StoreError;

/// Why the password stays.
#[derive(Debug, Error)]
pub enum ChannelPasswordError {
    /// Nobody is logged in to the channel, or by an app password, which is not enough for this.
    #[error("nobody who may do this is logged in to this channel")]
    LoggedOut,
    /// The present password is another.
    #[error("the password is wrong")]
    WrongPassword,
    /// So many wrong passwords came out of this login that no more is checked.
    #[error("too many wrong passwords came out of this login: log in again")]
    Blocked,
    /// It was refused for another reason.
    #[error(transparent)]
    Change(ChangePasswordError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

domain_error!(ChannelPasswordError {
    LoggedOut: Unauthenticated, "channel-logged-out";
    WrongPassword: Forbidden, "wrong-password", "password";
    Blocked: Forbidden, "blocked-in-dialect";
} else { Change, Store });

impl Channels {
    /// Sets a new password ([`crate::accounts::Accounts::change_password`]). The custodial key is sealed anew, and this
    /// channel stays logged in; everything else that opened the account ends.
    ///
    /// # Errors
    /// [`ChannelPasswordError`].
    pub async fn change_password(
        &self,
        exchange: &Exchange,
        command: ChangePassword,
    ) -> Result<(), ChannelPasswordError> {
        let caller = exchange.caller().ok_or(ChannelPasswordError::LoggedOut)?;
        if exchange.is_blocked() {
            return Err(ChannelPasswordError::Blocked);
        }
        let ports = &self.ports;
        // The present password comes with the request and is checked: that is the fresh proof.
        let caller = caller.proved_at(self.env.now());
        let changed = ports
            .accounts
            .change_password(&caller, &ports.authentication, &ports.sessions, command)
            .await;
        match changed {
            Ok(_) => Ok(()),
            Err(ChangePasswordError::StepUp) => Err(ChannelPasswordError::LoggedOut),
            Err(ChangePasswordError::WrongPassword) => {
                self.count_wrong(exchange).await?;
                Err(ChannelPasswordError::WrongPassword)
            }
            Err(error) => Err(ChannelPasswordError::Change(error)),
        }
    }
}
