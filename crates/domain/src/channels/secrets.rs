//! What rests of a channel under the secret half of its session key, and under the server's key around that.

use super::session_key::SessionKey;
use super::{ChannelId, Channels};
use crate::Secret;
use crate::custodial_keys::{open_twice, seal_twice};
use crate::keys::KeyId;
use crate::ports::{Binding, Digest, SealError, SealPurpose, SecretUse};
use crate::recovery::RecoveryToken;

/// A session key that is to be handed out, and what is stored of it.
pub(super) struct Drawn {
    pub(super) session_key: SessionKey,
    pub(super) aes_key: Secret<[u8; 32]>,
    pub(super) handle: Digest,
    pub(super) secret: Digest,
    pub(super) seal: SealKey,
}

/// What a channel's things are sealed under, while its session key is at hand.
#[derive(Debug, Clone)]
pub(super) struct SealKey(Secret<[u8; 32]>);

/// Which thing.
#[derive(Debug, Clone, Copy)]
pub(super) enum Thing {
    /// The AES key.
    Key,
    /// What opens a custodial key.
    Wrapping(KeyId),
    /// The token of a recovery.
    Token,
}

impl Thing {
    const fn place(self) -> (&'static str, &'static str) {
        match self {
            Self::Key => ("channels", "sealed_key"),
            Self::Wrapping(_) => ("channel_logins", "sealed_wrapping"),
            Self::Token => ("channels", "sealed_token"),
        }
    }

    /// What it belongs to beside its channel.
    fn owner(&self) -> &[u8] {
        match self {
            Self::Wrapping(key) => key.as_bytes(),
            Self::Key | Self::Token => &[],
        }
    }

    fn binding<'a>(&'a self, channel: &'a ChannelId) -> Binding<'a> {
        let (table, column) = self.place();
        Binding {
            purpose: SealPurpose::UserKey,
            table,
            column,
            row: channel.as_bytes(),
            owner: self.owner(),
        }
    }
}

impl Channels {
    /// A new session key and a new AES key.
    pub(super) fn draw(&self) -> Drawn {
        let session_key = SessionKey::draw(&self.env);
        let digester = &*self.ports.digester;
        Drawn {
            aes_key: Secret::new(self.env.random()),
            handle: session_key.handle(digester),
            secret: session_key.secret_digest(digester),
            seal: self.seal_key(&session_key),
            session_key,
        }
    }

    pub(super) fn seal_key(&self, session_key: &SessionKey) -> SealKey {
        let cipher = &self.ports.custodial_cipher;
        SealKey(cipher.derive(SecretUse::Channel, session_key.secret()))
    }

    pub(super) fn seal(
        &self,
        key: &SealKey,
        channel: ChannelId,
        thing: Thing,
        plaintext: &[u8],
    ) -> Vec<u8> {
        seal_twice(
            &*self.ports.sealer,
            &key.0,
            &thing.binding(&channel),
            plaintext,
        )
    }

    fn open(
        &self,
        key: &SealKey,
        channel: ChannelId,
        thing: Thing,
        sealed: &[u8],
    ) -> Result<zeroize::Zeroizing<Vec<u8>>, SealError> {
        let opened = open_twice(
            &*self.ports.sealer,
            &key.0,
            &thing.binding(&channel),
            sealed,
        )?;
        opened.ok_or(SealError::Rejected)
    }

    /// A key of a channel whose session key has been shown: if it does not open, the row is damaged.
    pub(super) fn open_key(
        &self,
        key: &SealKey,
        channel: ChannelId,
        thing: Thing,
        sealed: &[u8],
    ) -> Result<Secret<[u8; 32]>, SealError> {
        let opened = self.open(key, channel, thing, sealed)?;
        let bytes = <[u8; 32]>::try_from(opened.as_slice());
        bytes.map(Secret::new).map_err(|_| SealError::Rejected)
    }

    /// The token of a recovery.
    pub(super) fn open_token(
        &self,
        key: &SealKey,
        channel: ChannelId,
        sealed: &[u8],
    ) -> Result<RecoveryToken, SealError> {
        let opened = self.open(key, channel, Thing::Token, sealed)?;
        let text = std::str::from_utf8(&opened).map_err(|_| SealError::Rejected)?;
        RecoveryToken::parse(text).map_err(|_| SealError::Rejected)
    }
}
