//! Somebody looks for people by the beginning of their names.

use super::{Directory, Profile, UsernamePrefix};
use crate::contacts::cut;
use crate::ports::{StoreError, StoreExt};
use crate::sessions::Actor;

/// A stretch of what was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProfilePage {
    /// By folded username.
    pub users: Vec<Profile>,
    /// The folded username after which to read on; None at the end.
    pub next: Option<String>,
}

impl Directory {
    /// The users whose names begin so, by folded username, after `after` (empty: all), at most `limit`
    /// ([`Directory::MAX_PAGE`] at the most). Only those who want to be discovered, are not disabled and do not block
    /// the caller; the caller as well.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn search(
        &self,
        actor: &Actor,
        prefix: UsernamePrefix,
        after: String,
        limit: u32,
    ) -> Result<ProfilePage, StoreError> {
        let account = actor.account();
        let limit = limit.clamp(1, Self::MAX_PAGE);
        let now = self.env.now();
        let (found, there) = self
            .env
            .store
            .read(move |tx| {
                // One more than asked for tells whether there is a next page.
                let found = tx.contacts().search(account, &prefix, &after, limit + 1)?;
                let there = crate::presence::load(tx, &found, now)?;
                Ok::<_, StoreError>((found, there))
            })
            .await?;
        let (found, next) = cut(found, limit);
        let users = found.into_iter().map(|found| {
            let online = self.presence.of(&found, &there);
            Profile::new(found, online)
        });
        Ok(ProfilePage {
            users: users.collect(),
            next,
        })
    }
}
