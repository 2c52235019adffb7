//! The owner publishes, replaces or withdraws a key. Each change is a row of the account's history, and those who talk
//! with the account hear of it, and its contacts.

use std::time::Duration;

use thiserror::Error;

use super::{Asserter, Custody, KeyEvent, KeyId, KeyOperation, KeyUse, Keys, PublicKey};
use crate::accounts::AccountId;
use crate::audit::{AuditEvent, AuditKind};
use crate::inbox::{EventKind, NewEvent};
use crate::key_log::{self, LinkOperation};
use crate::ports::{KeyMaterial, KeyRefused, StoreError, StoreExt, Tx};
use crate::sessions::Actor;
use crate::{DomainError, ErrorKind, Timestamp};

/// How many people are told of a change at once; who talks with more hears of it when they look at the keys.
const TOLD: u32 = 1_000;

/// Asks for a key to be published.
#[derive(Debug, Clone)]
pub struct PublishKey {
    /// What it is for.
    pub key_use: KeyUse,
    /// The key.
    pub material: KeyMaterial,
    /// One of the caller's good keys of the same use, which this one takes the place of.
    pub replaces: Option<KeyId>,
}

/// Why the keys stay as they are.
#[derive(Debug, Error)]
pub enum ChangeKeysError {
    /// The key is not taken.
    #[error(transparent)]
    Refused(#[from] KeyRefused),
    /// Such a key cannot be used so.
    #[error("this kind of key cannot be used so: X25519 seals and Ed25519 signs")]
    WrongUse,
    /// The caller has published this very key before.
    #[error("you have published this key before: make a new one")]
    AlreadyPublished,
    /// Too many good keys.
    #[error("an account has at most 50 keys: withdraw one first")]
    TooMany,
    /// The caller has no such good key, or it has another use.
    #[error("no such key")]
    Unknown,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Keys {
    /// Publishes a key.
    ///
    /// # Errors
    /// [`ChangeKeysError`]; then nothing has changed.
    pub async fn publish(
        &self,
        actor: &Actor,
        command: PublishKey,
    ) -> Result<PublicKey, ChangeKeysError> {
        let key = self.draft(command.key_use, &command.material)?;
        let replaces = command.replaces;
        let mut trail = vec![self.note(actor, AuditKind::KeyPublished, key.id)];
        trail.extend(replaces.map(|old| self.note(actor, AuditKind::KeyRevoked, old)));
        let owner = actor.account();
        self.env
            .store
            .write(move |tx| publish(tx, owner, &key, replaces, &trail))
            .await
    }

    /// What the trail says of a change of this key.
    fn note(&self, actor: &Actor, kind: AuditKind, key: KeyId) -> AuditEvent {
        AuditEvent::by(actor, &self.env, kind).about(*key.as_bytes())
    }

    /// All of a key that is to be stored, for a unit of work that stores more than it ([`publish`]).
    pub(crate) fn draft(
        &self,
        key_use: KeyUse,
        material: &KeyMaterial,
    ) -> Result<PublicKey, ChangeKeysError> {
        let inspected = self.inspector.inspect(material)?;
        if !inspected.algorithm.serves(key_use) {
            return Err(ChangeKeysError::WrongUse);
        }
        Ok(PublicKey {
            id: self.env.new_id(),
            key_use,
            algorithm: inspected.algorithm,
            custody: Custody::Client,
            jwk: inspected.jwk,
            thumbprint: inspected.thumbprint,
            created_at: self.env.now(),
            revoked_at: None,
        })
    }

    /// Withdraws a key: nobody is to seal to it or to trust its signatures from now on. It stays in the history.
    ///
    /// # Errors
    /// [`ChangeKeysError::Unknown`] also for keys of others and keys withdrawn before.
    pub async fn revoke(&self, actor: &Actor, id: KeyId) -> Result<(), ChangeKeysError> {
        let event = self.note(actor, AuditKind::KeyRevoked, id);
        self.env.store.write(move |tx| revoke(tx, id, &event)).await
    }
}

/// Stores a drafted key, and what its owner's trail says of it.
pub(crate) fn publish(
    tx: &mut dyn Tx,
    owner: AccountId,
    key: &PublicKey,
    replaces: Option<KeyId>,
    trail: &[AuditEvent],
) -> Result<PublicKey, ChangeKeysError> {
    let good = tx.keys().list(owner)?;
    if let Some(old) = replaces {
        let same_use = good
            .iter()
            .any(|other| other.id == old && other.key_use == key.key_use);
        if !same_use || !tx.keys().revoke(owner, old, key.created_at)? {
            return Err(ChangeKeysError::Unknown);
        }
    } else if good.len() >= usize::try_from(Keys::MAX_PER_ACCOUNT).unwrap_or(usize::MAX) {
        return Err(ChangeKeysError::TooMany);
    }
    if !tx.keys().insert_new(owner, key)? {
        return Err(ChangeKeysError::AlreadyPublished);
    }
    let (operation, link) = match (replaces, key.custody) {
        (None, _) => (KeyOperation::Add, LinkOperation::Add),
        (Some(_), Custody::Client) => (KeyOperation::Rotate, LinkOperation::Rotate),
        // The server makes another pair where the password that opened the old one is lost.
        (Some(_), Custody::Server) => (KeyOperation::Rotate, LinkOperation::Reset),
    };
    let now = key.created_at;
    tell(tx, owner, (operation, link), key.id, replaces, now)?;
    for event in trail {
        tx.audit().append(event)?;
    }
    Ok(key.clone())
}

/// Withdraws a key of whose event this is.
fn revoke(tx: &mut dyn Tx, id: KeyId, event: &AuditEvent) -> Result<(), ChangeKeysError> {
    let (owner, now) = (event.account, event.at);
    if !tx.keys().revoke(owner, id, now)? {
        return Err(ChangeKeysError::Unknown);
    }
    let revoked = (KeyOperation::Revoke, LinkOperation::Revoke);
    tell(tx, owner, revoked, id, None, now)?;
    tx.audit().append(event)?;
    Ok(())
}

/// Adds a change to the account's history and, as a link, to its chain in the key log, and tells those who have to do with the
/// account, and its owner.
pub(crate) fn tell(
    tx: &mut dyn Tx,
    owner: AccountId,
    (operation, link): (KeyOperation, LinkOperation),
    key: KeyId,
    replaced: Option<KeyId>,
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.keys().record(&KeyEvent {
        account: owner,
        operation,
        key,
        replaced,
        asserted_by: Asserter::Server,
        created_at: now,
    })?;
    key_log::record(tx, owner, link, now)?;
    let mut recipients = tx.conversations().list_partners(owner, TOLD)?;
    recipients.extend(tx.contacts().list_mutual(owner, TOLD)?);
    recipients.push(owner);
    let event = NewEvent {
        kind: EventKind::KeyChanged,
        subject: *key.as_bytes(),
        created_at: now,
    };
    tx.inbox().collect(&recipients, event);
    Ok(())
}

impl DomainError for ChangeKeysError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Refused(KeyRefused::TooLarge) => ErrorKind::TooLarge,
            Self::Refused(_) | Self::WrongUse => ErrorKind::Invalid,
            Self::AlreadyPublished | Self::TooMany => ErrorKind::Conflict,
            Self::Unknown => ErrorKind::NotFound,
            Self::Store(error) => error.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Refused(KeyRefused::TooLarge) => "key-too-large",
            Self::Refused(KeyRefused::Unreadable) => "unreadable-key",
            Self::Refused(KeyRefused::Private) => "private-key",
            Self::Refused(KeyRefused::Unsupported) => "unsupported-key",
            Self::Refused(KeyRefused::Size | KeyRefused::Exponent | KeyRefused::Weak) => "weak-key",
            Self::WrongUse => "wrong-key-use",
            Self::AlreadyPublished => "key-already-published",
            Self::TooMany => "too-many-keys",
            Self::Unknown => "unknown-key",
            Self::Store(error) => error.code(),
        }
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            Self::Refused(_) | Self::AlreadyPublished => Some("key"),
            Self::WrongUse => Some("use"),
            _ => None,
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
    use crate::keys::KeyAlgorithm;
    use crate::testing::{MockTx, account, audit_event};

    fn key(byte: u8, key_use: KeyUse) -> PublicKey {
        PublicKey {
            id: KeyId::from_bytes([byte; 16]),
            key_use,
            algorithm: KeyAlgorithm::P256,
            custody: Custody::Client,
            jwk: "{}".to_owned(),
            thumbprint: [byte; 32],
            created_at: Timestamp::from_seconds(9),
            revoked_at: None,
        }
    }

    fn tx(good: Vec<PublicKey>) -> MockTx {
        let mut tx = MockTx::default();
        tx.keys.expect_list().returning(move |_| Ok(good.clone()));
        tx.conversations
            .expect_list_partners()
            .returning(|_, _| Ok(vec![account("bob").id]));
        tx.contacts
            .expect_list_mutual()
            .returning(|_, _| Ok(Vec::new()));
        tx.records_links();
        tx
    }

    fn run(
        tx: &mut MockTx,
        key: &PublicKey,
        replaces: Option<KeyId>,
    ) -> Result<PublicKey, ChangeKeysError> {
        let alice = account("alice").id;
        let trail = [audit_event(alice, AuditKind::KeyPublished)];
        publish(tx, alice, key, replaces, &trail)
    }

    #[test]
    fn a_new_key_is_stored_recorded_and_told_to_owner_and_partners() {
        let mut tx = tx(Vec::new());
        tx.keys
            .expect_insert_new()
            .once()
            .returning(|_, _| Ok(true));
        tx.keys
            .expect_record()
            .withf(|event| event.operation == KeyOperation::Add)
            .once()
            .returning(|_| Ok(()));
        let told = [account("bob").id, account("alice").id];
        tx.inbox
            .expect_collect()
            .withf(move |who, _| who == told)
            .once()
            .return_const(());
        tx.audit.expect_append().once().returning(|_| Ok(()));
        run(&mut tx, &key(1, KeyUse::Seal), None).unwrap();
    }

    #[test]
    fn a_replacement_withdraws_the_old_key_in_the_same_unit() {
        let old = key(1, KeyUse::Seal);
        let mut tx = tx(vec![old.clone()]);
        tx.keys
            .expect_revoke()
            .withf(|_, id, _| *id == KeyId::from_bytes([1; 16]))
            .once()
            .returning(|_, _, _| Ok(true));
        tx.keys
            .expect_insert_new()
            .once()
            .returning(|_, _| Ok(true));
        tx.keys
            .expect_record()
            .withf(|event| event.operation == KeyOperation::Rotate && event.replaced.is_some())
            .once()
            .returning(|_| Ok(()));
        tx.inbox.expect_collect().return_const(());
        tx.audit.expect_append().once().returning(|_| Ok(()));
        run(&mut tx, &key(2, KeyUse::Seal), Some(old.id)).unwrap();
    }

    #[test]
    fn only_a_good_key_of_the_same_use_is_replaced() {
        let signing = key(1, KeyUse::Sign);
        for replaced in [signing.id, KeyId::from_bytes([7; 16])] {
            let refused = run(
                &mut tx(vec![signing.clone()]),
                &key(2, KeyUse::Seal),
                Some(replaced),
            );
            assert!(matches!(refused, Err(ChangeKeysError::Unknown)));
        }
    }

    #[test]
    fn a_key_is_published_once_and_there_is_a_bound() {
        let mut known = tx(Vec::new());
        known.keys.expect_insert_new().returning(|_, _| Ok(false));
        assert!(matches!(
            run(&mut known, &key(1, KeyUse::Seal), None),
            Err(ChangeKeysError::AlreadyPublished)
        ));
        let many = (0..50).map(|byte| key(byte, KeyUse::Seal)).collect();
        assert!(matches!(
            run(&mut tx(many), &key(99, KeyUse::Seal), None),
            Err(ChangeKeysError::TooMany)
        ));
    }

    #[test]
    fn a_key_that_is_not_there_is_not_withdrawn() {
        let mut tx = tx(Vec::new());
        tx.keys.expect_revoke().returning(|_, _, _| Ok(false));
        let event = audit_event(account("alice").id, AuditKind::KeyRevoked);
        let refused = revoke(&mut tx, KeyId::from_bytes([1; 16]), &event);
        assert!(matches!(refused, Err(ChangeKeysError::Unknown)));
    }
}
