//! Somebody takes another username within a channel.

use thiserror::Error;

use super::{Channels, Exchange};
use crate::accounts::{Password, RenameError, Username};
use crate::authentication::ConfirmPasswordError;
use crate::ports::{StoreError, StoreExt};
use crate::sessions::Actor;

/// Why the name stays.
#[derive(Debug, Error)]
pub enum ChannelUsernameError {
    /// Nobody is logged in to the channel, or by an app password, which is not enough for this.
    #[error("nobody who may do this is logged in to this channel")]
    LoggedOut,
    /// It is another password.
    #[error("the password is wrong")]
    WrongPassword,
    /// So many wrong passwords came out of this login that no more is checked.
    #[error("too many wrong passwords came out of this login: log in again")]
    Blocked,
    /// The password could not be checked.
    #[error(transparent)]
    Confirm(ConfirmPasswordError),
    /// The name is not to be had.
    #[error(transparent)]
    Rename(RenameError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

domain_error!(ChannelUsernameError {
    LoggedOut: Unauthenticated, "channel-logged-out";
    WrongPassword: Forbidden, "wrong-password", "password";
    Blocked: Forbidden, "blocked-in-dialect";
} else { Confirm, Rename, Store });

impl Channels {
    /// Gives the caller's account another username. The password is the fresh proof that this wants
    /// ([`crate::accounts::Accounts::rename`]).
    ///
    /// # Errors
    /// [`ChannelUsernameError`].
    pub async fn change_username(
        &self,
        exchange: &Exchange,
        username: Username,
        password: Password,
    ) -> Result<(), ChannelUsernameError> {
        let caller = exchange.caller().ok_or(ChannelUsernameError::LoggedOut)?;
        if exchange.is_blocked() {
            return Err(ChannelUsernameError::Blocked);
        }
        let confirmed = self
            .ports
            .authentication
            .confirm_password(caller, password)
            .await;
        match confirmed {
            Ok(_) => {}
            Err(ConfirmPasswordError::Wrong) => {
                self.count_wrong(exchange).await?;
                return Err(ChannelUsernameError::WrongPassword);
            }
            Err(error) => return Err(ChannelUsernameError::Confirm(error)),
        }
        let caller: Actor = caller.proved_at(self.env.now());
        match self.ports.accounts.rename(&caller, username).await {
            Ok(_) => Ok(()),
            Err(RenameError::StepUp) => Err(ChannelUsernameError::LoggedOut),
            Err(error) => Err(ChannelUsernameError::Rename(error)),
        }
    }

    /// Counts a wrong password that came out of the channel's login.
    pub(super) async fn count_wrong(&self, exchange: &Exchange) -> Result<(), StoreError> {
        let channel = exchange.channel.id;
        self.env
            .store
            .write(move |tx| tx.channels().count_wrong(channel))
            .await
    }
}
