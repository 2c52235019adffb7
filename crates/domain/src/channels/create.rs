//! Somebody shows an RSA key and gets a channel.

use std::net::IpAddr;
use std::time::Duration;

use thiserror::Error;

use super::secrets::Thing;
use super::{Channel, Channels, UnknownSuite};
use crate::ports::{KeyRefused, StoreError, StoreExt, Tx};
use crate::text::hex;
use crate::throttle::{Rate, Subject, Throttles, TooMany};
use crate::{DomainError, ErrorKind, Secret};

/// Asks for a channel.
#[derive(Debug, Clone)]
pub struct CreateChannel {
    /// PEM (SPKI) of an RSA key of at least 2048 bits.
    pub public_pem: String,
    /// How fields are to be encrypted; None for whatever is usual here.
    pub cipher: Option<String>,
    /// The network address that rates are counted by (for IPv6 its /64).
    pub address: IpAddr,
}

/// A channel's first keys. Neither is stored.
#[derive(Debug, Clone)]
pub struct CreatedChannel {
    /// The AES key as 64 hexadecimal digits, encrypted for the client's key.
    pub encrypted_key: Vec<u8>,
    /// The session key, sealed under the AES key as the field `session_key`.
    pub session_key: String,
}

/// Why there is no channel.
#[derive(Debug, Error)]
pub enum CreateChannelError {
    /// The cipher is not known, or not allowed here.
    #[error(transparent)]
    Suite(#[from] UnknownSuite),
    /// The key is not taken.
    #[error(transparent)]
    Key(#[from] KeyRefused),
    /// Too many from one address.
    #[error(transparent)]
    TooMany(#[from] TooMany),
    /// There are too many that nobody has logged in to.
    #[error("too many secure channels are open")]
    Full,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Channels {
    /// Opens a channel that nobody is logged in to.
    ///
    /// # Errors
    /// [`CreateChannelError`].
    pub async fn create(
        &self,
        command: CreateChannel,
    ) -> Result<CreatedChannel, CreateChannelError> {
        let suite = self.rules.suite(command.cipher.as_deref())?;
        self.env.store.read(|tx| check_room(tx)).await?;
        // To judge a key costs a few milliseconds: not for somebody who has had enough.
        self.admit(command.address).await?;
        let drawn = self.draw();
        let key_text = Secret::new(hex(drawn.aes_key.expose()));
        let cipher = &self.ports.cipher;
        let encrypted_key = cipher.encrypt_to(&command.public_pem, key_text.expose().as_bytes())?;
        let session_key = drawn.session_key.expose().as_bytes();
        let session_key = cipher.seal(suite, &drawn.aes_key, "session_key", session_key);
        let (id, now) = (self.env.new_id(), self.env.now());
        let channel = Channel {
            id,
            handle: drawn.handle,
            secret: drawn.secret,
            suite,
            sealed_key: self.seal(&drawn.seal, id, Thing::Key, drawn.aes_key.expose()),
            login: None,
            recovery: None,
            created_at: now,
            expires_at: now + Channel::LIFETIME,
        };
        self.env
            .store
            .write(move |tx| tx.channels().insert(&channel))
            .await?;
        Ok(CreatedChannel {
            encrypted_key,
            session_key,
        })
    }

    async fn admit(&self, address: IpAddr) -> Result<(), CreateChannelError> {
        let (throttles, now): (Throttles, _) = (self.ports.throttles.clone(), self.env.now());
        let address = Subject::Address(address);
        let spent: Result<Result<(), TooMany>, StoreError> = self
            .env
            .store
            .write(move |tx| throttles.spend(tx, Rate::Channels, &address, now))
            .await;
        Ok(spent??)
    }
}

/// Apart from the unit of work that stores the channel, which many wait for: a few more than the cap do no harm.
fn check_room(tx: &mut dyn Tx) -> Result<(), CreateChannelError> {
    if tx.channels().has_anonymous(Channel::MAX_ANONYMOUS)? {
        return Err(CreateChannelError::Full);
    }
    Ok(())
}

impl DomainError for CreateChannelError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Suite(_) | Self::Key(_) => ErrorKind::Invalid,
            Self::TooMany(error) => error.kind(),
            Self::Full => ErrorKind::Unavailable,
            Self::Store(error) => error.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Suite(_) => "unknown-cipher",
            Self::Key(_) => "channel-key-refused",
            Self::TooMany(error) => error.code(),
            Self::Full => "too-many-channels",
            Self::Store(error) => error.code(),
        }
    }

    fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::TooMany(error) => error.retry_after(),
            Self::Full => Some(Duration::from_secs(60)),
            Self::Store(error) => error.retry_after(),
            Self::Suite(_) | Self::Key(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::MockTx;

    #[test]
    fn strangers_cannot_fill_the_store_with_channels() {
        let mut tx = MockTx::default();
        tx.channels
            .expect_has_anonymous()
            .withf(|number| *number == 50_000)
            .returning(|_| Ok(true));
        let refused = check_room(&mut tx);
        assert!(matches!(refused, Err(CreateChannelError::Full)));

        let mut tx = MockTx::default();
        tx.channels.expect_has_anonymous().returning(|_| Ok(false));
        check_room(&mut tx).unwrap();
    }
}
