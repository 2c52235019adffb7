//! The owner takes their key backup.

use std::time::Duration;

use thiserror::Error;

use super::key_backup::open;
use super::{KeyBackup, KeyBackupId, KeyBackupStamp, KeyBackups};
use crate::audit::{AuditEvent, AuditKind};
use crate::ports::{SealError, StoreError, StoreExt, StoredKeyBackup, Tx};
use crate::sessions::Actor;
use crate::{DomainError, ErrorKind};

/// Which generation is wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReadKeyBackup {
    /// Its number; the newest if None.
    pub generation: Option<u32>,
    /// What the caller has already and need not get again.
    pub known: Vec<KeyBackupId>,
}

/// What there is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FoundKeyBackup {
    /// One that the caller knows. It did not leave the server.
    Known(KeyBackupStamp),
    /// This one.
    Content(KeyBackup),
}

/// Why there is none to be had.
#[derive(Debug, Error)]
pub enum ReadKeyBackupError {
    /// The account has no key backup, or not this generation (any more).
    #[error("no such key backup")]
    Unknown,
    /// The stored content does not open.
    #[error("a stored key backup cannot be opened")]
    Sealed(#[from] SealError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl KeyBackups {
    /// One generation of the caller's key backup. That it left the server stands in the audit trail before it leaves.
    ///
    /// # Errors
    /// [`ReadKeyBackupError`].
    pub async fn read(
        &self,
        actor: &Actor,
        query: ReadKeyBackup,
    ) -> Result<FoundKeyBackup, ReadKeyBackupError> {
        let event = AuditEvent::by(actor, &self.env, AuditKind::KeyBackupRead);
        let stored = self
            .env
            .store
            .write(move |tx| find_and_note(tx, &query, event))
            .await?;
        match stored {
            Found::Known(stamp) => Ok(FoundKeyBackup::Known(stamp)),
            Found::Stored(stored) => {
                let backup = open(&actor.account(), &stored, &*self.sealer)?;
                Ok(FoundKeyBackup::Content(backup))
            }
        }
    }
}

#[derive(Debug, PartialEq)]
enum Found {
    Known(KeyBackupStamp),
    Stored(StoredKeyBackup),
}

fn find_and_note(
    tx: &mut dyn Tx,
    query: &ReadKeyBackup,
    event: AuditEvent,
) -> Result<Found, ReadKeyBackupError> {
    let found = tx.key_backups().find(event.account, query.generation)?;
    let stored = found.ok_or(ReadKeyBackupError::Unknown)?;
    if query.known.contains(&stored.stamp.id) {
        return Ok(Found::Known(stored.stamp));
    }
    tx.audit()
        .append(&event.about(*stored.stamp.id.as_bytes()))?;
    Ok(Found::Stored(stored))
}

impl DomainError for ReadKeyBackupError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Unknown => ErrorKind::NotFound,
            Self::Sealed(_) => ErrorKind::Internal,
            Self::Store(error) => error.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Unknown => "unknown-key-backup",
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
    use crate::Timestamp;
    use crate::testing::{MockTx, account, audit_event};

    fn stored() -> StoredKeyBackup {
        StoredKeyBackup {
            stamp: KeyBackupStamp {
                id: KeyBackupId::from_bytes([1; 16]),
                generation: 3,
                created_at: Timestamp::from_seconds(1),
            },
            sealed_content: vec![1],
        }
    }

    fn event() -> AuditEvent {
        audit_event(account("alice").id, AuditKind::KeyBackupRead)
    }

    #[test]
    fn what_leaves_the_server_is_noted_first() {
        let mut tx = MockTx::default();
        tx.key_backups
            .expect_find()
            .withf(|owner, generation| *owner == account("alice").id && *generation == Some(3))
            .returning(|_, _| Ok(Some(stored())));
        tx.audit
            .expect_append()
            .withf(|noted| *noted == event().about([1; 16]))
            .once()
            .returning(|_| Ok(()));
        let query = ReadKeyBackup {
            generation: Some(3),
            known: vec![KeyBackupId::from_bytes([2; 16])],
        };
        let found = find_and_note(&mut tx, &query, event()).unwrap();
        assert_eq!(found, Found::Stored(stored()));
    }

    #[test]
    fn what_does_not_leave_is_not_noted() {
        let mut tx = MockTx::default();
        tx.key_backups
            .expect_find()
            .returning(|_, _| Ok(Some(stored())));
        let query = ReadKeyBackup {
            known: vec![stored().stamp.id],
            ..ReadKeyBackup::default()
        };
        let found = find_and_note(&mut tx, &query, event()).unwrap();
        assert_eq!(found, Found::Known(stored().stamp));

        let mut tx = MockTx::default();
        tx.key_backups.expect_find().returning(|_, _| Ok(None));
        let refused = find_and_note(&mut tx, &ReadKeyBackup::default(), event());
        assert!(matches!(refused, Err(ReadKeyBackupError::Unknown)));
    }
}
