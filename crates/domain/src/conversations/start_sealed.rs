//! Somebody starts to talk with somebody else and needs a key of theirs.

use std::time::Duration;

use thiserror::Error;

use super::start::{draft, start};
use super::{Conversations, NewConversation, StartConversationError, Started};
use crate::accounts::{AccountId, Username};
use crate::key_log::{KeyLog, SettledLink};
use crate::keys::{Custody, KeyAlgorithm, KeyUse, PublicKey};
use crate::ports::{StoreError, StoreExt, Tx};
use crate::sessions::Actor;
use crate::{DomainError, ErrorKind};

/// The conversation, and the other one's key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StartedSealed {
    /// The other one.
    pub owner: AccountId,
    /// The conversation of the pair.
    pub started: Started,
    /// The other one's newest good key of the kind that was asked for.
    pub key: PublicKey,
    /// The number of the event in the other one's history that published it: it rises with every key.
    pub key_version: u64,
}

/// Why there is no conversation.
#[derive(Debug, Error)]
pub enum StartSealedError {
    /// As without a key.
    #[error(transparent)]
    Start(#[from] StartConversationError),
    /// The other one has no such key whose private half is theirs alone.
    #[error("this user has no key to seal to")]
    NoKey,
}

impl Conversations {
    /// As [`Conversations::start`], and the other one's newest good key of this kind to seal to. Keys whose private half
    /// the server holds do not count: they are nobody's end-to-end keys. Beside it comes the newest link of the other one's chain in
    /// the key log, which names the key; None if the log has not come so far yet.
    ///
    /// # Errors
    /// [`StartSealedError`]; then no conversation was made.
    pub async fn start_sealed(
        &self,
        actor: &Actor,
        username: Username,
        algorithm: KeyAlgorithm,
        log: &KeyLog,
    ) -> Result<(StartedSealed, Option<SettledLink>), StartSealedError> {
        let starter = actor.account();
        let draft = draft(&self.env, &*self.sealer, starter);
        let started = self
            .env
            .store
            .write(move |tx| start_sealed(tx, starter, &username, algorithm, &draft))
            .await?;
        let link = log.newest_link(started.owner).await?;
        Ok((started, link))
    }
}

/// The conversation of `starter` and `username`, made if there is none, and the key.
pub(crate) fn start_sealed(
    tx: &mut dyn Tx,
    starter: AccountId,
    username: &Username,
    algorithm: KeyAlgorithm,
    draft: &dyn Fn(AccountId) -> NewConversation,
) -> Result<StartedSealed, StartSealedError> {
    let started = start(tx, starter, username, draft)?;
    let newest = newest_key(tx, username, algorithm)?;
    let (owner, key, key_version) = newest.ok_or(StartSealedError::NoKey)?;
    Ok(StartedSealed {
        owner,
        started,
        key,
        key_version,
    })
}

fn newest_key(
    tx: &mut dyn Tx,
    username: &Username,
    algorithm: KeyAlgorithm,
) -> Result<Option<(AccountId, PublicKey, u64)>, StoreError> {
    let Some(owner) = tx.accounts().find_by_username(username)? else {
        return Ok(None);
    };
    let fits = |key: &PublicKey| {
        key.key_use == KeyUse::Seal && key.algorithm == algorithm && key.custody == Custody::Client
    };
    let Some(key) = tx.keys().list(owner.id)?.into_iter().find(fits) else {
        return Ok(None);
    };
    let version = tx.keys().find_version(owner.id, key.id)?;
    Ok(Some((owner.id, key, version.unwrap_or(0))))
}

impl From<StoreError> for StartSealedError {
    fn from(error: StoreError) -> Self {
        Self::Start(error.into())
    }
}

impl DomainError for StartSealedError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Start(error) => error.kind(),
            Self::NoKey => ErrorKind::NotFound,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Start(error) => error.code(),
            Self::NoKey => "no-key",
        }
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            Self::Start(error) => error.field(),
            Self::NoKey => Some("username"),
        }
    }

    fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Start(error) => error.retry_after(),
            Self::NoKey => None,
        }
    }
}
