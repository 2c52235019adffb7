//! The owner stores a new generation of their key backup.

use std::time::Duration;

use thiserror::Error;

use super::key_backup::seal;
use super::{KeyBackupContent, KeyBackupId, KeyBackupStamp, KeyBackups};
use crate::audit::{AuditEvent, AuditKind};
use crate::ports::{StoreError, StoreExt, StoredKeyBackup, Tx};
use crate::sessions::{Actor, Session};
use crate::{DomainError, ErrorKind};

/// What the caller believes to be the newest generation. Two clients that write at once must not undo each other, so
/// nobody replaces what they have not seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expected {
    /// There is none yet.
    Nothing,
    /// There is one, whichever.
    Anything,
    /// It is one of these.
    OneOf(Vec<KeyBackupId>),
}

/// Asks for a new generation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReplaceKeyBackup {
    /// What it takes the place of.
    pub expected: Expected,
    /// What is to be kept.
    pub content: KeyBackupContent,
}

/// Why the key backup stays as it is.
#[derive(Debug, Error)]
pub enum ReplaceKeyBackupError {
    /// The login is too old for this.
    #[error("replacing the key backup needs a login not older than 15 minutes: log in again")]
    StepUp,
    /// The newest generation is another than the caller believes.
    #[error("the key backup is not the one you expect: read it again")]
    Unexpected,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl KeyBackups {
    /// Stores a new generation; the last [`KeyBackups::KEPT`] are kept. Needs a login within
    /// [`Session::STEP_UP_WINDOW`].
    ///
    /// # Errors
    /// [`ReplaceKeyBackupError`]; then nothing has changed.
    pub async fn replace(
        &self,
        actor: &Actor,
        command: ReplaceKeyBackup,
    ) -> Result<KeyBackupStamp, ReplaceKeyBackupError> {
        let now = self.env.now();
        if now.since(actor.authenticated_at()) > Session::STEP_UP_WINDOW {
            return Err(ReplaceKeyBackupError::StepUp);
        }
        let (id, owner) = (self.env.new_id::<KeyBackupId>(), actor.account());
        let sealed = seal(&id, &owner, &command.content, &*self.sealer);
        let event =
            AuditEvent::by(actor, &self.env, AuditKind::KeyBackupReplaced).about(*id.as_bytes());
        let expected = command.expected;
        self.env
            .store
            .write(move |tx| replace(tx, &expected, (id, &sealed), &event))
            .await
    }
}

impl Expected {
    fn is(&self, newest: Option<&KeyBackupStamp>) -> bool {
        match (self, newest) {
            (Self::Nothing, newest) => newest.is_none(),
            (_, None) => false,
            (Self::Anything, Some(_)) => true,
            (Self::OneOf(ids), Some(newest)) => ids.contains(&newest.id),
        }
    }
}

/// Stores a generation for the account of whose event this is.
fn replace(
    tx: &mut dyn Tx,
    expected: &Expected,
    (id, sealed): (KeyBackupId, &[u8]),
    event: &AuditEvent,
) -> Result<KeyBackupStamp, ReplaceKeyBackupError> {
    let owner = event.account;
    let newest = tx.key_backups().lock_newest(owner)?;
    if !expected.is(newest.as_ref()) {
        return Err(ReplaceKeyBackupError::Unexpected);
    }
    let stamp = KeyBackupStamp {
        id,
        generation: newest.map_or(1, |newest| newest.generation.saturating_add(1)),
        created_at: event.at,
    };
    let stored = StoredKeyBackup {
        stamp,
        sealed_content: sealed.to_vec(),
    };
    tx.key_backups().insert(owner, &stored)?;
    let oldest = stamp.generation.saturating_sub(KeyBackups::KEPT - 1);
    tx.key_backups().delete_before(owner, oldest)?;
    tx.audit().append(event)?;
    Ok(stamp)
}

impl DomainError for ReplaceKeyBackupError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::StepUp => ErrorKind::Unauthenticated,
            Self::Unexpected => ErrorKind::PreconditionFailed,
            Self::Store(error) => error.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::StepUp => "insufficient-user-authentication",
            Self::Unexpected => "precondition-failed",
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
    use crate::testing::{MockTx, account, audit_event};

    const NEW: KeyBackupId = KeyBackupId::from_bytes([9; 16]);

    fn newest(generation: u32) -> KeyBackupStamp {
        KeyBackupStamp {
            id: KeyBackupId::from_bytes([1; 16]),
            generation,
            created_at: crate::Timestamp::from_seconds(1),
        }
    }

    fn run(
        newest: Option<KeyBackupStamp>,
        expected: &Expected,
    ) -> Result<KeyBackupStamp, ReplaceKeyBackupError> {
        let mut tx = MockTx::default();
        tx.key_backups
            .expect_lock_newest()
            .returning(move |_| Ok(newest));
        let generation = newest.map_or(1, |newest| newest.generation + 1);
        tx.key_backups
            .expect_insert()
            .withf(move |_, new| new.stamp.generation == generation && new.stamp.id == NEW)
            .returning(|_, _| Ok(()));
        tx.key_backups
            .expect_delete_before()
            .withf(move |_, oldest| *oldest == generation.saturating_sub(4))
            .returning(|_, _| Ok(()));
        tx.audit.expect_append().returning(|_| Ok(()));
        let event = audit_event(account("alice").id, AuditKind::KeyBackupReplaced);
        replace(&mut tx, expected, (NEW, &[1]), &event)
    }

    #[test]
    fn a_new_generation_follows_the_one_that_was_expected() {
        let one_of = |byte| Expected::OneOf(vec![KeyBackupId::from_bytes([byte; 16])]);
        for (before, expected, generation) in [
            (None, Expected::Nothing, 1),
            (Some(newest(1)), one_of(1), 2),
            (Some(newest(7)), one_of(1), 8),
            (Some(newest(7)), Expected::Anything, 8),
        ] {
            assert_eq!(run(before, &expected).unwrap().generation, generation);
        }
    }

    #[test]
    fn what_the_caller_has_not_seen_is_not_replaced() {
        let another = Expected::OneOf(vec![KeyBackupId::from_bytes([2; 16])]);
        for (before, expected) in [
            (None, &another),
            (None, &Expected::Anything),
            (Some(newest(1)), &Expected::Nothing),
            (Some(newest(1)), &another),
        ] {
            let refused = run(before, expected);
            assert!(matches!(refused, Err(ReplaceKeyBackupError::Unexpected)));
        }
    }
}
