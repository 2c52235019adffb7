//! The owner sets another key.

use thiserror::Error;

use super::put::{MailboxKeyDraft, MailboxKeyRefused, put};
use super::{KeyText, MailboxKeys};
use crate::accounts::Password;
use crate::audit::{AuditEvent, AuditKind};
use crate::authentication::{Authentication, ConfirmPasswordError};
use crate::ports::{StoreError, StoreExt, Tx};
use crate::sessions::Actor;

/// Asks for another key.
#[derive(Debug, Clone)]
pub struct ResetMailboxKey {
    /// The account's password ([`Password::attempt`]).
    pub password: Password,
    /// The key.
    pub key: KeyText,
}

/// Why the key stays as it is.
#[derive(Debug, Error)]
pub enum ResetMailboxKeyError {
    /// The key is not taken.
    #[error(transparent)]
    Refused(#[from] MailboxKeyRefused),
    /// The password is wrong, or could not be checked.
    #[error(transparent)]
    Confirm(#[from] ConfirmPasswordError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

domain_error!(ResetMailboxKeyError {} else { Refused, Confirm, Store });

impl MailboxKeys {
    /// Sets another key for the caller, who shows the password once more.
    ///
    /// # Errors
    /// [`ResetMailboxKeyError`]; then nothing has changed.
    pub async fn reset(
        &self,
        actor: &Actor,
        authentication: &Authentication,
        command: ResetMailboxKey,
    ) -> Result<(), ResetMailboxKeyError> {
        let draft = self.draft(command.key)?;
        authentication
            .confirm_password(actor, command.password)
            .await?;
        let note = |kind| AuditEvent::by(actor, &self.env, kind);
        let (published, revoked) = (note(AuditKind::KeyPublished), note(AuditKind::KeyRevoked));
        let changed: Result<(), StoreError> = self
            .env
            .store
            .write(move |tx| reset(tx, &draft, published, revoked))
            .await;
        Ok(changed?)
    }
}

/// Sets the key of whose events these are.
fn reset(
    tx: &mut dyn Tx,
    draft: &MailboxKeyDraft,
    published: AuditEvent,
    revoked: AuditEvent,
) -> Result<(), StoreError> {
    let changed = put(tx, published.account, draft)?;
    tx.audit()
        .append(&published.about(*changed.key.as_bytes()))?;
    if let Some(old) = changed.revoked {
        tx.audit().append(&revoked.about(*old.as_bytes()))?;
    }
    Ok(())
}
