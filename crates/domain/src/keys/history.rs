//! Anybody who is logged in looks at what happened to somebody's keys.

use super::{KeyEvent, Keys, ListKeysError, PublicKey};
use crate::accounts::{AccountId, Username};
use crate::contacts::find_visible;
use crate::ports::{StoreError, StoreExt, Tx};
use crate::sessions::Actor;

/// How many changes a page has at most.
const MAX_PAGE: u32 = 100;

/// A change of somebody's keys, in its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyHistoryEntry {
    /// Its number in the account's history: 1 for the first change, and no holes.
    pub seq: u64,
    /// What happened.
    pub event: KeyEvent,
    /// The key that was published or withdrawn, as it is now; None if it never was in the ring, because dialect `mailbox`
    /// alone hands it out.
    pub key: Option<PublicKey>,
}

/// A page of somebody's history of keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyHistoryPage {
    /// Oldest first.
    pub entries: Vec<KeyHistoryEntry>,
    /// The number after which the next page begins; None at the end.
    pub next: Option<u64>,
}

impl Keys {
    /// What happened to the keys of the user of this name after change `after` (0: from the beginning), oldest first, at
    /// most `limit` changes and never more than 100. The same for everybody who may know of the user.
    ///
    /// # Errors
    /// [`ListKeysError`].
    pub async fn history_of(
        &self,
        actor: &Actor,
        username: Username,
        after: u64,
        limit: u32,
    ) -> Result<KeyHistoryPage, ListKeysError> {
        let viewer = actor.account();
        let limit = limit.clamp(1, MAX_PAGE);
        self.env
            .store
            .read(move |tx| {
                let owner = find_visible(tx, viewer, &username)?;
                let owner = owner.ok_or(ListKeysError::UnknownUser)?;
                Ok(page(tx, owner.account, after, limit)?)
            })
            .await
    }
}

fn page(
    tx: &mut dyn Tx,
    owner: AccountId,
    after: u64,
    limit: u32,
) -> Result<KeyHistoryPage, StoreError> {
    let mut events = tx.keys().history(owner, after, limit.saturating_add(1))?;
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = events.len() > limit;
    events.truncate(limit);
    let mut ids: Vec<_> = events.iter().map(|event| event.key).collect();
    ids.sort_unstable();
    ids.dedup();
    let keys = tx.keys().find_many(&ids)?;
    let key_of = |event: &KeyEvent| {
        let mut keys = keys.iter();
        let found = keys.find(|(of, key)| key.id == event.key && of.account == owner);
        found.map(|(_, key)| key.clone())
    };
    let numbers = (1_u64..).map(|number| after.saturating_add(number));
    let entries: Vec<_> = numbers
        .zip(events)
        .map(|(seq, event)| KeyHistoryEntry {
            seq,
            key: key_of(&event),
            event,
        })
        .collect();
    let next = entries.last().filter(|_| more).map(|entry| entry.seq);
    Ok(KeyHistoryPage { entries, next })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Timestamp;
    use crate::keys::{
        Asserter, Custody, KeyAlgorithm, KeyId, KeyOperation, KeyOwner, KeyUse, PublicKey,
    };
    use crate::testing::{MockTx, account};

    fn event(byte: u8) -> KeyEvent {
        KeyEvent {
            account: account("alice").id,
            operation: KeyOperation::Add,
            key: KeyId::from_bytes([byte; 16]),
            replaced: None,
            asserted_by: Asserter::Server,
            created_at: Timestamp::from_seconds(i64::from(byte)),
        }
    }

    fn key(byte: u8) -> PublicKey {
        PublicKey {
            id: KeyId::from_bytes([byte; 16]),
            key_use: KeyUse::Seal,
            algorithm: KeyAlgorithm::Rsa,
            custody: Custody::Client,
            jwk: "{}".to_owned(),
            thumbprint: [byte; 32],
            created_at: Timestamp::from_seconds(9),
            revoked_at: None,
        }
    }

    /// The third and later events; the ring knows the fifth's key alone, and a key of somebody else.
    fn tx(events: Vec<KeyEvent>) -> MockTx {
        let mut tx = MockTx::default();
        tx.keys
            .expect_history()
            .withf(|_, after, limit| (*after, *limit) == (2, 4))
            .returning(move |_, _, _| Ok(events.clone()));
        tx.keys.expect_find_many().returning(|_| {
            let of = |name: &str| KeyOwner {
                account: account(name).id,
                username: account(name).username,
            };
            Ok(vec![(of("alice"), key(5)), (of("bob"), key(4))])
        });
        tx
    }

    #[test]
    fn changes_are_numbered_and_have_their_keys() {
        let events = vec![event(3), event(4), event(5)];
        let page = page(&mut tx(events), account("alice").id, 2, 3).unwrap();
        let told: Vec<_> = page
            .entries
            .iter()
            .map(|entry| (entry.seq, entry.key.is_some()))
            .collect();
        assert_eq!(told, [(3, false), (4, false), (5, true)]);
        assert_eq!(page.next, None);
    }

    #[test]
    fn where_there_is_more_the_page_says_where_it_goes_on() {
        let events = vec![event(3), event(4), event(5), event(6)];
        let page = page(&mut tx(events), account("alice").id, 2, 3).unwrap();
        assert_eq!((page.entries.len(), page.next), (3, Some(5)));
    }
}
