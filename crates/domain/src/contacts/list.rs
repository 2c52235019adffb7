//! The owner looks at their contacts and blocks.

use std::collections::BTreeSet;

use super::{Acquaintance, ContactState, Contacts};
use crate::Timestamp;
use crate::accounts::{AccountId, Username};
use crate::ports::{StoreError, StoreExt};
use crate::sessions::Actor;

/// A contact, or who is to be one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    /// Which account.
    pub account: AccountId,
    /// Its name.
    pub username: Username,
    /// How far the two are; never [`ContactState::None`].
    pub state: ContactState,
    /// Since when.
    pub since: Option<Timestamp>,
    /// Whether the contact is there; None if the caller does not get to see it.
    pub online: Option<bool>,
}

/// A stretch of the caller's contacts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContactPage {
    /// By folded username.
    pub contacts: Vec<Contact>,
    /// The folded username after which to read on; None at the end.
    pub next: Option<String>,
}

/// Somebody whom the caller blocks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlockedUser {
    /// Which account.
    pub account: AccountId,
    /// Its name.
    pub username: Username,
    /// Since when.
    pub since: Option<Timestamp>,
}

/// A stretch of the caller's blocks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlockPage {
    /// By folded username.
    pub blocked: Vec<BlockedUser>,
    /// The folded username after which to read on; None at the end.
    pub next: Option<String>,
}

impl Contacts {
    /// The caller's contacts and open requests with folded usernames after `after` (empty: all), at most `limit`
    /// ([`Contacts::MAX_PAGE`] at the most).
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn list(
        &self,
        actor: &Actor,
        after: String,
        limit: u32,
    ) -> Result<ContactPage, StoreError> {
        let account = actor.account();
        let limit = limit.clamp(1, Self::MAX_PAGE);
        let now = self.env.now();
        let (found, there) = self
            .env
            .store
            .read(move |tx| {
                // One more than asked for tells whether there is a next page.
                let found = tx.contacts().page(account, &after, limit + 1)?;
                let there = crate::presence::load(tx, &found, now)?;
                Ok::<_, StoreError>((found, there))
            })
            .await?;
        let (found, next) = cut(found, limit);
        let contacts = found
            .into_iter()
            .map(|found| self.as_contact(found, &there));
        Ok(ContactPage {
            contacts: contacts.collect(),
            next,
        })
    }

    /// What the caller sees of `found`; `there` are those who are there.
    pub(super) fn as_contact(&self, found: Acquaintance, there: &BTreeSet<AccountId>) -> Contact {
        Contact {
            state: found.relation.contact,
            since: found.relation.contact_since,
            online: self.presence.of(&found, there),
            account: found.account,
            username: found.username,
        }
    }

    /// Whom the caller blocks, with folded usernames after `after` (empty: all), at most `limit`
    /// ([`Contacts::MAX_PAGE`] at the most).
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn list_blocked(
        &self,
        actor: &Actor,
        after: String,
        limit: u32,
    ) -> Result<BlockPage, StoreError> {
        let account = actor.account();
        let limit = limit.clamp(1, Self::MAX_PAGE);
        let found = self
            .env
            .store
            .ask(move |tx| tx.contacts().page_blocked(account, &after, limit + 1))
            .await?;
        let (found, next) = cut(found, limit);
        let blocked = found.into_iter().map(|found| BlockedUser {
            account: found.account,
            username: found.username,
            since: found.relation.blocked_at,
        });
        Ok(BlockPage {
            blocked: blocked.collect(),
            next,
        })
    }
}

/// The first `limit`, and the key of the last of them if there are more.
pub(crate) fn cut(mut found: Vec<Acquaintance>, limit: u32) -> (Vec<Acquaintance>, Option<String>) {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = found.len() > limit;
    found.truncate(limit);
    let last = found.last().filter(|_| more);
    let next = last.map(|last| last.username.key().to_owned());
    (found, next)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::acquaintance;

    #[test]
    fn one_more_than_a_page_leads_on() {
        let three = || ["a", "b", "c"].map(acquaintance).to_vec();
        assert_eq!(cut(three(), 3), (three(), None));
        let (two, next) = cut(three(), 2);
        assert_eq!((two.len(), next.as_deref()), (2, Some("b")));
    }
}
