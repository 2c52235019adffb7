//! A request comes in: its session key is spent, and new keys take its place.

use std::time::Duration;

use subtle::ConstantTimeEq;
use thiserror::Error;

use super::secrets::{SealKey, Thing};
use super::session_key::SessionKey;
use super::{Channel, ChannelLogin, ChannelRecovery, Channels, Exchange, SealedWrapping};
use crate::custodial_keys::Unlocked;
use crate::ports::{Digest, SealError, StoreError, StoreExt, Tx};
use crate::recovery::{RecoveryId, RecoveryToken};
use crate::sessions::{Actor, Session};
use crate::{DomainError, ErrorKind, Secret, Timestamp};

/// Why the request is not looked at.
#[derive(Debug, Error)]
pub enum AdvanceError {
    /// No channel has this session key, or none any more: it is unknown, or was used.
    #[error("no secure channel has this session key: it is unknown, or was used before")]
    Unknown,
    /// The channel is too old.
    #[error("this secure channel has not been used for too long: open another")]
    Expired,
    /// A stored value does not open.
    #[error("a secure channel in the database cannot be opened")]
    Sealed(#[from] SealError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What the secret half of a session key opens.
struct Opened {
    current: Secret<[u8; 32]>,
    unlocked: Option<Unlocked>,
    recovery: Option<(RecoveryId, Option<RecoveryToken>)>,
}

impl Channels {
    /// Spends a session key and makes the next. Of any number of requests with one session key, however parallel, one
    /// gets an [`Exchange`].
    ///
    /// # Errors
    /// [`AdvanceError`]; after [`AdvanceError::Store`] the key may be spent or not.
    pub async fn advance(&self, session_key: &str) -> Result<Exchange, AdvanceError> {
        let presented = SessionKey::parse(session_key).ok_or(AdvanceError::Unknown)?;
        let digester = &*self.ports.digester;
        let (used, secret) = (
            presented.handle(digester),
            presented.secret_digest(digester),
        );
        let now = self.env.now();
        let (channel, session) = self
            .env
            .store
            .read(move |tx| find(tx, &used, &secret, now))
            .await?;
        let opened = self.open_all(&self.seal_key(&presented), &channel)?;
        let drawn = self.draw();
        let channel = Channel {
            handle: drawn.handle,
            secret: drawn.secret,
            expires_at: now + Channel::LIFETIME,
            sealed_key: self.seal(&drawn.seal, channel.id, Thing::Key, drawn.aes_key.expose()),
            login: self.reseal_login(&drawn.seal, &channel, opened.unlocked.as_ref()),
            recovery: self.reseal_recovery(&drawn.seal, &channel, opened.recovery.as_ref()),
            ..channel
        };
        let rotated = channel.clone();
        self.env
            .store
            .write(move |tx| rotate(tx, &used, &rotated))
            .await?;
        Ok(Exchange {
            channel,
            current: opened.current,
            next: drawn.aes_key,
            session_key: drawn.session_key,
            seal: drawn.seal,
            caller: session.as_ref().map(Actor::behind),
            unlocked: opened.unlocked.filter(|_| session.is_some()),
            recovery: opened.recovery,
            cipher: self.ports.cipher.clone(),
        })
    }

    fn open_all(&self, key: &SealKey, channel: &Channel) -> Result<Opened, SealError> {
        let wrapping = channel
            .login
            .as_ref()
            .and_then(|login| login.wrapping.as_ref());
        let unlocked = wrapping.map(|wrapping| {
            let thing = Thing::Wrapping(wrapping.key);
            let opened = self.open_key(key, channel.id, thing, &wrapping.sealed)?;
            Ok::<_, SealError>(Unlocked {
                key: wrapping.key,
                wrapping: opened,
            })
        });
        let recovery = channel.recovery.as_ref().map(|recovery| {
            let sealed = recovery.sealed_token.as_ref();
            let token = sealed.map(|sealed| self.open_token(key, channel.id, sealed));
            Ok::<_, SealError>((recovery.id, token.transpose()?))
        });
        Ok(Opened {
            current: self.open_key(key, channel.id, Thing::Key, &channel.sealed_key)?,
            unlocked: unlocked.transpose()?,
            recovery: recovery.transpose()?,
        })
    }

    fn reseal_login(
        &self,
        key: &SealKey,
        channel: &Channel,
        unlocked: Option<&Unlocked>,
    ) -> Option<ChannelLogin> {
        channel.login.clone().map(|login| ChannelLogin {
            wrapping: unlocked.map(|unlocked| self.seal_wrapping(key, channel, unlocked)),
            ..login
        })
    }

    /// What opens a custodial key, under the channel's secret.
    pub(super) fn seal_wrapping(
        &self,
        key: &SealKey,
        channel: &Channel,
        unlocked: &Unlocked,
    ) -> SealedWrapping {
        let thing = Thing::Wrapping(unlocked.key);
        SealedWrapping {
            key: unlocked.key,
            sealed: self.seal(key, channel.id, thing, unlocked.wrapping.expose()),
        }
    }

    fn reseal_recovery(
        &self,
        key: &SealKey,
        channel: &Channel,
        recovery: Option<&(RecoveryId, Option<RecoveryToken>)>,
    ) -> Option<ChannelRecovery> {
        recovery.map(|(id, token)| ChannelRecovery {
            id: *id,
            sealed_token: token
                .as_ref()
                .map(|token| self.seal(key, channel.id, Thing::Token, token.expose().as_bytes())),
        })
    }
}

/// The channel, and the session of who is logged in.
fn find(
    tx: &mut dyn Tx,
    handle: &Digest,
    secret: &Digest,
    now: Timestamp,
) -> Result<(Channel, Option<Session>), AdvanceError> {
    let found = tx.channels().find(handle)?;
    let channel = found
        .filter(|channel| channel.secret.ct_eq(secret).into())
        .ok_or(AdvanceError::Unknown)?;
    if channel.expires_at <= now {
        return Err(AdvanceError::Expired);
    }
    let session = match &channel.login {
        Some(login) => tx.sessions().find(login.session)?,
        None => None,
    };
    Ok((channel, session.filter(|session| session.expires_at > now)))
}

fn rotate(tx: &mut dyn Tx, used: &Digest, channel: &Channel) -> Result<(), AdvanceError> {
    if tx.channels().rotate(used, channel)? {
        Ok(())
    } else {
        // Another request with the same session key was faster.
        Err(AdvanceError::Unknown)
    }
}

impl DomainError for AdvanceError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Unknown => ErrorKind::NotFound,
            Self::Expired => ErrorKind::Gone,
            Self::Sealed(_) => ErrorKind::Internal,
            Self::Store(error) => error.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Unknown => "unknown-channel",
            Self::Expired => "channel-expired",
            Self::Sealed(_) => "internal-error",
            Self::Store(error) => error.code(),
        }
    }

    fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Store(error) => error.retry_after(),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::channels::{ChannelId, ChannelSuite};
    use crate::testing::{MockTx, account, session};

    const NOW: Timestamp = Timestamp::from_seconds(1_700_000_000);

    fn channel(login: Option<ChannelLogin>) -> Channel {
        Channel {
            id: ChannelId::from_bytes([1; 16]),
            handle: [2; 32],
            secret: [3; 32],
            suite: ChannelSuite::A256Gcm,
            sealed_key: Vec::new(),
            login,
            recovery: None,
            created_at: NOW,
            expires_at: NOW + Channel::LIFETIME,
        }
    }

    fn tx(login: Option<ChannelLogin>) -> MockTx {
        let mut tx = MockTx::default();
        tx.channels
            .expect_find()
            .returning(move |_| Ok(Some(channel(login.clone()))));
        tx
    }

    #[test]
    fn the_right_handle_with_another_secret_is_unknown() {
        let refused = find(&mut tx(None), &[2; 32], &[4; 32], NOW);
        assert!(matches!(refused, Err(AdvanceError::Unknown)));
        assert!(find(&mut tx(None), &[2; 32], &[3; 32], NOW).is_ok());
    }

    #[test]
    fn an_hour_after_the_last_request_it_is_too_old() {
        let late = NOW + Channel::LIFETIME;
        let refused = find(&mut tx(None), &[2; 32], &[3; 32], late);
        assert!(matches!(refused, Err(AdvanceError::Expired)));
    }

    #[test]
    fn of_two_requests_with_one_session_key_one_is_unknown() {
        let mut tx = MockTx::default();
        tx.channels.expect_rotate().returning(|_, _| Ok(false));
        let refused = rotate(&mut tx, &[2; 32], &channel(None));
        assert!(matches!(refused, Err(AdvanceError::Unknown)));
    }

    #[test]
    fn a_session_that_has_ended_is_nobodys_login() {
        let alice = session(account("alice").id);
        let login = ChannelLogin {
            session: alice.id,
            wrong_passwords: 0,
            wrapping: None,
        };
        for (listed, there) in [(Some(alice), true), (None, false)] {
            let mut tx = tx(Some(login.clone()));
            tx.sessions
                .expect_find()
                .returning(move |_| Ok(listed.clone()));
            let (_, found) = find(&mut tx, &[2; 32], &[3; 32], NOW).unwrap();
            assert_eq!(found.is_some(), there);
        }
    }
}
