//! Somebody looks at people: all of them, their friends, or themselves.

use super::{Person, Profiles, load};
use crate::accounts::{AccountId, ViewAccountError};
use crate::directory::UsernamePrefix;
use crate::ports::{StoreError, StoreExt};
use crate::sessions::Actor;

/// A list of people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct People {
    /// By folded username.
    pub people: Vec<Person>,
    /// Whether somebody is missing, or the friends of somebody, for want of room.
    pub truncated: bool,
}

impl Profiles {
    /// Everybody who wants to be discovered, is not disabled and does not block the caller, at most
    /// [`Profiles::MAX_LISTED`]; the caller as well.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn everybody(&self, actor: &Actor) -> Result<People, StoreError> {
        let (viewer, now) = (actor.account(), self.env.now());
        let presence = self.presence.clone();
        self.env
            .store
            .read(move |tx| {
                // One more than shown tells whether somebody is missing.
                let everyone = UsernamePrefix::any();
                let found = tx
                    .contacts()
                    .search(viewer, &everyone, "", Self::MAX_LISTED + 1)?;
                let (ids, missing) = cut(found.into_iter().map(|found| found.account).collect());
                let (people, complete) = load(tx, &presence, viewer, &ids, now)?;
                Ok(People {
                    people,
                    truncated: missing || !complete,
                })
            })
            .await
    }

    /// The caller's mutual contacts, at most [`Profiles::MAX_LISTED`].
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn friends(&self, actor: &Actor) -> Result<People, StoreError> {
        let (viewer, now) = (actor.account(), self.env.now());
        let presence = self.presence.clone();
        self.env
            .store
            .read(move |tx| {
                let found = tx.contacts().list_mutual(viewer, Self::MAX_LISTED + 1)?;
                let (ids, missing) = cut(found);
                let (mut people, complete) = load(tx, &presence, viewer, &ids, now)?;
                people.sort_by(|one, other| one.username.key().cmp(other.username.key()));
                Ok(People {
                    people,
                    truncated: missing || !complete,
                })
            })
            .await
    }

    /// The caller.
    ///
    /// # Errors
    /// [`ViewAccountError`].
    pub async fn own(&self, actor: &Actor) -> Result<Person, ViewAccountError> {
        let (viewer, now) = (actor.account(), self.env.now());
        let presence = self.presence.clone();
        self.env
            .store
            .read(move |tx| {
                let (mut people, _) = load(tx, &presence, viewer, &[viewer], now)?;
                people.pop().ok_or(ViewAccountError::Gone)
            })
            .await
    }
}

/// At most [`Profiles::MAX_LISTED`] of them, and whether there are more.
fn cut(mut ids: Vec<AccountId>) -> (Vec<AccountId>, bool) {
    let most = usize::try_from(Profiles::MAX_LISTED).unwrap_or(usize::MAX);
    let missing = ids.len() > most;
    ids.truncate(most);
    (ids, missing)
}
