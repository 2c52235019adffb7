//! Somebody has a message encrypted for another account.

use thiserror::Error;

use super::{Channels, Exchange};
use crate::Secret;
use crate::accounts::Username;
use crate::custodial_keys::live;
use crate::ports::{Addressing, StoreError, StoreExt, Tx};

/// Why there is no ciphertext.
#[derive(Debug, Error)]
pub enum EncryptError {
    /// Nobody is logged in to the channel.
    #[error("nobody is logged in to this channel")]
    LoggedOut,
    /// Nobody has this name, or nobody whose key the server keeps.
    #[error("there is no such user, or the server keeps no key for them")]
    UnknownUser,
    /// The message is longer than [`Channels::MAX_MESSAGE`].
    #[error("a message has at most 65536 bytes")]
    TooLong,
    /// The library failed.
    #[error("the message cannot be encrypted")]
    Failed,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

domain_error!(EncryptError {
    LoggedOut: Unauthenticated, "channel-logged-out";
    UnknownUser: NotFound, "unknown-user";
    TooLong: TooLarge, "message-too-large", "message";
    Failed: Internal, "internal-error";
} else { Store });

impl Channels {
    /// The longest message that is encrypted, in bytes.
    pub const MAX_MESSAGE: usize = 64 * 1024;

    /// Encrypts for the key that the server keeps for `username`: a JWE in compact serialization (RFC 7516, section 7.1).
    ///
    /// # Errors
    /// [`EncryptError`].
    pub async fn encrypt(
        &self,
        exchange: &Exchange,
        username: Option<Username>,
        message: &Secret<String>,
    ) -> Result<String, EncryptError> {
        let sender = exchange.caller().ok_or(EncryptError::LoggedOut)?.account();
        if message.expose().len() > Self::MAX_MESSAGE {
            return Err(EncryptError::TooLong);
        }
        let username = username.ok_or(EncryptError::UnknownUser)?;
        let (jwk, addressing) = self
            .env
            .store
            .read(move |tx| {
                let (recipient, jwk) = find(tx, &username)?;
                Ok::<_, EncryptError>((jwk, Addressing { sender, recipient }))
            })
            .await?;
        let plaintext = message.expose().as_bytes();
        self.ports
            .custodial_cipher
            .encrypt(&jwk, &addressing, plaintext)
            .ok_or(EncryptError::Failed)
    }
}

/// Whose name it is, and the public half of the key that the server keeps for them.
fn find(
    tx: &mut dyn Tx,
    username: &Username,
) -> Result<(crate::accounts::AccountId, String), EncryptError> {
    let account = tx.accounts().find_by_username(username)?;
    let account = account.ok_or(EncryptError::UnknownUser)?;
    let (_, public) = live(tx, account.id)?.ok_or(EncryptError::UnknownUser)?;
    Ok((account.id, public.jwk))
}
