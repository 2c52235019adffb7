//! How an account's key is set, the first one and every other.

use thiserror::Error;

use super::find::{handed_out, is_good};
use super::{KeyText, MailboxKey, MailboxKeys};
use crate::accounts::AccountId;
use crate::key_log::LinkOperation;
use crate::keys::{self, ChangeKeysError, Custody, KeyId, KeyOperation, KeyUse, Keys, PublicKey};
use crate::ports::{KeyMaterial, KeyRefused, StoreError, Tx};

/// Why a key is not taken. Its strength is no reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum MailboxKeyRefused {
    /// The private half came along.
    #[error(
        "this holds a private key: send the public half only, and take this pair for compromised"
    )]
    Private,
}

domain_error!(MailboxKeyRefused {
    Private: Invalid, "private-key", "public_key";
});

/// All of a key that is to be set.
#[derive(Debug, Clone)]
pub(crate) struct MailboxKeyDraft {
    /// The key, not yet in the ring.
    key: MailboxKey,
    /// The same for the ring, if it is good enough.
    for_ring: Option<PublicKey>,
}

impl MailboxKeys {
    /// Looks at a key that is to be set.
    pub(crate) fn draft(&self, text: KeyText) -> Result<MailboxKeyDraft, MailboxKeyRefused> {
        let material = KeyMaterial::Pem(text.as_str().to_owned());
        let for_ring = match self.keys.draft(KeyUse::Seal, &material) {
            Ok(key) => Some(key),
            Err(ChangeKeysError::Refused(KeyRefused::Private)) => {
                return Err(MailboxKeyRefused::Private);
            }
            Err(_) => None,
        };
        let thumbprint = for_ring
            .as_ref()
            .map(|key| key.thumbprint)
            .or_else(|| self.inspector.fingerprint(text.as_str()));
        Ok(MailboxKeyDraft {
            key: MailboxKey {
                id: for_ring
                    .as_ref()
                    .map_or_else(|| self.env.new_id(), |key| key.id),
                text,
                thumbprint,
                in_ring: false,
                created_at: self.env.now(),
            },
            for_ring,
        })
    }
}

/// What setting a key changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Put {
    /// The key that is set now.
    pub(crate) key: KeyId,
    /// The key of the ring that it took the place of, which is withdrawn.
    pub(crate) revoked: Option<KeyId>,
}

/// Sets the key. One that is good enough comes into the ring, unless it was withdrawn from there before or the ring is
/// full. The one that was handed out before is withdrawn, also if it came from elsewhere: whoever resets their key has lost
/// it, or somebody else has it. The change is a row of the account's history, asserted by the server, and those who
/// have to do with the account hear of it.
pub(crate) fn put(
    tx: &mut dyn Tx,
    owner: AccountId,
    draft: &MailboxKeyDraft,
) -> Result<Put, StoreError> {
    let set = tx.mailbox_keys().find(owner)?;
    let good = tx.keys().list(owner)?;
    let before = handed_out(set, &good);
    let replaced = before.filter(|id| is_good(&good, *id));
    let mut key = draft.key.clone();
    if let Some(new) = &draft.for_ring {
        let has_room = replaced.is_some() || count(&good) < u64::from(Keys::MAX_PER_ACCOUNT);
        if let Some(twin) = good.iter().find(|other| is_same(other, new)) {
            key.id = twin.id;
            key.in_ring = true;
        } else if has_room {
            key.in_ring = tx.keys().insert_new(owner, new)?;
        }
    }
    let revoked = replaced.filter(|id| *id != key.id);
    if let Some(old) = revoked {
        tx.keys().revoke(owner, old, key.created_at)?;
    }
    tx.mailbox_keys().put(owner, &key)?;
    if before != Some(key.id) {
        let operation = match before {
            None => (KeyOperation::Add, LinkOperation::Add),
            Some(_) => (KeyOperation::Rotate, LinkOperation::Reset),
        };
        keys::tell(tx, owner, operation, key.id, before, key.created_at)?;
    }
    Ok(Put {
        key: key.id,
        revoked,
    })
}

/// Whether the ring has this very key already, for the same use.
fn is_same(other: &PublicKey, new: &PublicKey) -> bool {
    other.thumbprint == new.thumbprint
        && other.key_use == new.key_use
        && other.custody == Custody::Client
}

fn count(keys: &[PublicKey]) -> u64 {
    u64::try_from(keys.len()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Timestamp;
    use crate::keys::KeyAlgorithm;
    use crate::testing::{MockTx, account};

    fn id(byte: u8) -> KeyId {
        KeyId::from_bytes([byte; 16])
    }

    fn ring_key(byte: u8) -> PublicKey {
        PublicKey {
            id: id(byte),
            key_use: KeyUse::Seal,
            algorithm: KeyAlgorithm::Rsa,
            custody: Custody::Client,
            jwk: "{}".to_owned(),
            thumbprint: [byte; 32],
            created_at: Timestamp::from_seconds(9),
            revoked_at: None,
        }
    }

    fn mailbox_key(byte: u8, in_ring: bool) -> MailboxKey {
        MailboxKey {
            id: id(byte),
            text: KeyText::restore("KEY".to_owned()),
            thumbprint: None,
            in_ring,
            created_at: Timestamp::from_seconds(9),
        }
    }

    fn draft(byte: u8, is_good: bool) -> MailboxKeyDraft {
        MailboxKeyDraft {
            key: mailbox_key(byte, false),
            for_ring: is_good.then(|| ring_key(byte)),
        }
    }

    /// Expects this key to be stored, and this to be told.
    fn tx(
        before: Option<MailboxKey>,
        good: Vec<PublicKey>,
        stored: (u8, bool),
        told: Option<(KeyOperation, Option<u8>)>,
    ) -> MockTx {
        let mut tx = MockTx::default();
        tx.mailbox_keys
            .expect_find()
            .returning(move |_| Ok(before.clone()));
        tx.keys.expect_list().returning(move |_| Ok(good.clone()));
        tx.mailbox_keys
            .expect_put()
            .withf(move |_, key| (key.id, key.in_ring) == (id(stored.0), stored.1))
            .once()
            .returning(|_, _| Ok(()));
        let times = usize::from(told.is_some());
        tx.keys
            .expect_record()
            .withf(move |event| {
                told == Some((event.operation, event.replaced.map(|id| id.as_bytes()[0])))
            })
            .times(times)
            .returning(|_| Ok(()));
        tx.conversations
            .expect_list_partners()
            .returning(|_, _| Ok(Vec::new()));
        tx.contacts
            .expect_list_mutual()
            .returning(|_, _| Ok(vec![account("bob").id]));
        tx.records_links();
        tx.inbox
            .expect_collect()
            .withf(|who, _| who == [account("bob").id, account("alice").id])
            .times(times)
            .return_const(());
        tx
    }

    fn run(tx: &mut MockTx, draft: &MailboxKeyDraft) -> Put {
        put(tx, account("alice").id, draft).unwrap()
    }

    #[test]
    fn a_good_first_key_comes_into_the_ring() {
        let mut tx = tx(None, Vec::new(), (1, true), Some((KeyOperation::Add, None)));
        tx.keys
            .expect_insert_new()
            .once()
            .returning(|_, _| Ok(true));
        let put = run(&mut tx, &draft(1, true));
        assert_eq!((put.key, put.revoked), (id(1), None));
    }

    #[test]
    fn the_first_key_here_takes_the_place_of_one_from_elsewhere() {
        let told = Some((KeyOperation::Rotate, Some(1)));
        let mut tx = tx(None, vec![ring_key(1)], (2, true), told);
        tx.keys
            .expect_revoke()
            .withf(|_, old, _| *old == id(1))
            .once()
            .returning(|_, _, _| Ok(true));
        tx.keys
            .expect_insert_new()
            .once()
            .returning(|_, _| Ok(true));
        assert_eq!(run(&mut tx, &draft(2, true)).revoked, Some(id(1)));
    }

    #[test]
    fn a_weak_key_withdraws_the_good_one_before_it_and_is_told_all_the_same() {
        let before = Some(mailbox_key(1, true));
        let told = Some((KeyOperation::Rotate, Some(1)));
        let mut tx = tx(before, vec![ring_key(1)], (2, false), told);
        tx.keys
            .expect_revoke()
            .withf(|_, old, _| *old == id(1))
            .once()
            .returning(|_, _, _| Ok(true));
        assert_eq!(run(&mut tx, &draft(2, false)).revoked, Some(id(1)));
    }

    #[test]
    fn a_key_that_was_withdrawn_before_does_not_come_back_into_the_ring() {
        let told = Some((KeyOperation::Rotate, Some(1)));
        let mut tx = tx(Some(mailbox_key(1, false)), Vec::new(), (2, false), told);
        tx.keys
            .expect_insert_new()
            .once()
            .returning(|_, _| Ok(false));
        run(&mut tx, &draft(2, true));
    }

    #[test]
    fn the_same_key_again_tells_nobody() {
        let mut again = draft(7, true);
        again.for_ring = Some(PublicKey {
            id: id(7),
            ..ring_key(1)
        });
        let mut tx = tx(
            Some(mailbox_key(1, true)),
            vec![ring_key(1)],
            (1, true),
            None,
        );
        assert_eq!(run(&mut tx, &again).key, id(1));
    }
}
