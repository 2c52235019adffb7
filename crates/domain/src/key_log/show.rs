//! Anybody who is logged in looks at somebody's keys, and at the proof that the server shows everybody the same.

use crate::accounts::{AccountId, Username};
use crate::contacts::find_reader;
use crate::keys::{ListKeysError, PublicKey};
use crate::ports::{Digest, StoreError, StoreExt, Tx};
use crate::sessions::Actor;

use super::prove::hash_spans;
use super::tree::{self, Sha256};
use super::{ChainLink, KeyLog, SettledLink};

/// Somebody's keys, and the part of their chain that the caller does not have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeysWithChain {
    /// The good keys, newest first.
    pub keys: Vec<PublicKey>,
    /// Links of their chain, oldest first.
    pub chain: Vec<ProvedLink>,
    /// Whether there are more links behind these.
    pub has_more: bool,
    /// Whether a change waits to get its leaf: in a second there is one more link.
    pub is_pending: bool,
    /// The size of the tree that the paths lead to the root of.
    pub size: u64,
    /// That tree, signed.
    pub checkpoint: Option<String>,
}

/// A link, and that a leaf commits to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProvedLink {
    /// The link.
    pub link: SettledLink,
    /// The audit path of its leaf, from the leaf upwards.
    pub path: Vec<Digest>,
}

impl KeyLog {
    /// The good keys of the user of this name, and their chain after link `have` (0: from the beginning), at most
    /// [`KeyLog::CHAIN_PAGE`] links. The same for everybody who may know of the user. A change that just happened gets its leaf first.
    ///
    /// # Errors
    /// [`ListKeysError`].
    pub async fn show(
        &self,
        actor: &Actor,
        username: Username,
        have: u64,
    ) -> Result<KeysWithChain, ListKeysError> {
        let shown = self.look_at(actor, username.clone(), have).await?;
        if !shown.is_pending && shown.checkpoint.is_some() {
            return Ok(shown);
        }
        self.sequence().await?;
        self.look_at(actor, username, have).await
    }

    async fn look_at(
        &self,
        actor: &Actor,
        username: Username,
        have: u64,
    ) -> Result<KeysWithChain, ListKeysError> {
        let (viewer, sha256) = (actor.account(), self.sha256());
        self.env
            .store
            .read(move |tx| {
                let owner = find_reader(tx, viewer, &username)?;
                let owner = owner.ok_or(ListKeysError::UnknownUser)?;
                Ok(chain_of(tx, &sha256, owner, have)?)
            })
            .await
    }

    /// The caller's own chain after link `have`, at most [`KeyLog::CHAIN_PAGE`] links, for an export.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn show_own(&self, actor: &Actor, have: u64) -> Result<KeysWithChain, StoreError> {
        let shown = self.look_at_own(actor, have).await?;
        if !shown.is_pending {
            return Ok(shown);
        }
        self.sequence().await?;
        self.look_at_own(actor, have).await
    }

    async fn look_at_own(&self, actor: &Actor, have: u64) -> Result<KeysWithChain, StoreError> {
        let (owner, sha256) = (actor.account(), self.sha256());
        self.env
            .store
            .read(move |tx| chain_of(tx, &sha256, owner, have))
            .await
    }

    /// The newest link of an account's chain; None if there is none, or it has no leaf yet although there was time for one.
    pub(crate) async fn newest_link(
        &self,
        owner: AccountId,
    ) -> Result<Option<SettledLink>, StoreError> {
        for _ in 0..2 {
            let newest = self
                .env
                .store
                .ask(move |tx| tx.key_log().find_newest(owner))
                .await?;
            match newest {
                None => return Ok(None),
                Some(ChainLink::Settled(link)) => return Ok(Some(link)),
                Some(ChainLink::Pending(_)) => self.sequence().await?,
            };
        }
        Ok(None)
    }
}

fn chain_of(
    tx: &mut dyn Tx,
    sha256: Sha256<'_>,
    owner: AccountId,
    have: u64,
) -> Result<KeysWithChain, StoreError> {
    let limit = KeyLog::CHAIN_PAGE;
    let mut links = tx.key_log().chain(owner, have, limit.saturating_add(1))?;
    let has_more = links.len() > usize::try_from(limit).unwrap_or(usize::MAX);
    links.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    let told = links.len();
    let settled: Vec<SettledLink> = links
        .into_iter()
        .filter_map(|link| match link {
            ChainLink::Settled(link) => Some(link),
            ChainLink::Pending(_) => None,
        })
        .collect();
    let head = tx.key_log().head()?;
    let spans: Vec<_> = settled
        .iter()
        .map(|link| tree::inclusion_path(link.leaf, head.size))
        .collect();
    let paths = hash_spans(tx, sha256, &spans)?;
    Ok(KeysWithChain {
        keys: tx.keys().list(owner)?,
        has_more,
        is_pending: settled.len() < told,
        chain: settled
            .into_iter()
            .zip(paths)
            .map(|(link, path)| ProvedLink { link, path })
            .collect(),
        size: head.size,
        checkpoint: head.checkpoint,
    })
}
