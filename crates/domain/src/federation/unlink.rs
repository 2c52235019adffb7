//! The owner takes a way into their account away.

use std::time::Duration;

use thiserror::Error;

use super::{Federation, IdentityId};
use crate::accounts::AccountId;
use crate::audit::{AuditEvent, AuditKind};
use crate::mail::{self, MailMessage, SealedMail};
use crate::ports::{PasswordHash, StoreError, StoreExt, Tx};
use crate::sessions::{Actor, Session};
use crate::{DomainError, ErrorKind};

/// Why an identity stays.
#[derive(Debug, Error)]
pub enum UnlinkError {
    /// The login is too old for this.
    #[error("removing an identity needs a login not older than 15 minutes: log in again")]
    StepUp,
    /// The caller has no such identity.
    #[error("no such identity")]
    Unknown,
    /// Without it nobody could log in any more.
    #[error(
        "this is the only way into the account, which has no password: set a password or link another identity first"
    )]
    LastWayIn,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Federation {
    /// Removes one of the caller's identities. Needs a login within [`Session::STEP_UP_WINDOW`].
    ///
    /// # Errors
    /// [`UnlinkError::Unknown`] also for identities of others.
    pub async fn unlink(&self, actor: &Actor, id: IdentityId) -> Result<(), UnlinkError> {
        if self.env.now().since(actor.authenticated_at()) > Session::STEP_UP_WINDOW {
            return Err(UnlinkError::StepUp);
        }
        let account = actor.account();
        let event = AuditEvent::by(actor, &self.env, AuditKind::IdentityUnlinked);
        let event = event.about(*id.as_bytes());
        let notice = self.unlinked_notice(account, id).await?;
        self.env
            .store
            .write(move |tx| unlink(tx, account, id, &event, notice.as_ref()))
            .await
    }

    /// Tells the account's owner who cannot log in any more; None if the account has no such identity, or no address.
    async fn unlinked_notice(
        &self,
        account: AccountId,
        id: IdentityId,
    ) -> Result<Option<SealedMail>, StoreError> {
        let (owner, identities) = self
            .env
            .store
            .read::<_, StoreError, _>(move |tx| {
                Ok((tx.accounts().find(account)?, tx.identities().list(account)?))
            })
            .await?;
        let gone = identities.into_iter().find(|identity| identity.id == id);
        Ok(owner.zip(gone).and_then(|(owner, gone)| {
            let provider = self.name_of(gone.external.issuer());
            self.outbox
                .notice(&owner, MailMessage::IdentityUnlinked { provider })
        }))
    }
}

fn unlink(
    tx: &mut dyn Tx,
    account: AccountId,
    id: IdentityId,
    event: &AuditEvent,
    notice: Option<&SealedMail>,
) -> Result<(), UnlinkError> {
    // Locked, so that of two that are left, two callers do not remove one each.
    let identities = tx.identities().lock(account)?;
    if !identities.iter().any(|identity| identity.id == id) {
        return Err(UnlinkError::Unknown);
    }
    if identities.len() == 1 {
        let password = tx.accounts().find_password(account)?;
        if !password.as_ref().is_some_and(PasswordHash::is_usable) {
            return Err(UnlinkError::LastWayIn);
        }
    }
    tx.identities().delete(account, id)?;
    tx.audit().append(event)?;
    mail::enqueue_if(tx, notice)?;
    Ok(())
}

impl DomainError for UnlinkError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::StepUp => ErrorKind::Unauthenticated,
            Self::Unknown => ErrorKind::NotFound,
            Self::LastWayIn => ErrorKind::Conflict,
            Self::Store(error) => error.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::StepUp => "insufficient-user-authentication",
            Self::Unknown => "unknown-identity",
            Self::LastWayIn => "last-way-in",
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
    use crate::audit::AuditEventId;
    use crate::federation::{ExternalId, Identity, IdentityProfile};
    use crate::mail::MailTemplate;
    use crate::testing::{MockTx, account, notice};

    const fn id(byte: u8) -> IdentityId {
        IdentityId::from_bytes([byte; 16])
    }

    fn tx(identities: &[u8], hash: PasswordHash) -> MockTx {
        let alice = account("alice").id;
        let identity = |byte: &u8| Identity {
            id: id(*byte),
            account: alice,
            external: ExternalId::new("i", &byte.to_string()).unwrap(),
            profile: IdentityProfile::default(),
            linked_at: Timestamp::from_seconds(1),
            used_at: Timestamp::from_seconds(1),
        };
        let identities: Vec<_> = identities.iter().map(identity).collect();
        let mut tx = MockTx::default();
        tx.identities
            .expect_lock()
            .returning(move |_| Ok(identities.clone()));
        tx.accounts
            .expect_find_password()
            .returning(move |_| Ok(Some(hash.clone())));
        tx.identities.expect_delete().returning(|_, _| Ok(true));
        tx.audit.expect_append().returning(|_| Ok(()));
        tx
    }

    fn removed(identities: &[u8], hash: PasswordHash) -> Result<(), UnlinkError> {
        let alice = account("alice").id;
        let event = AuditEvent {
            id: AuditEventId::from_bytes([9; 16]),
            account: alice,
            kind: AuditKind::IdentityUnlinked,
            at: Timestamp::from_seconds(1),
            session: None,
            dialect: None,
            subject: Some([1; 16]),
        };
        let notice = notice(MailTemplate::IdentityUnlinked);
        let mut tx = tx(identities, hash);
        tx.outbox.expect_has_waiting().returning(|_| Ok(false));
        tx.outbox.expect_insert().returning(|_| Ok(()));
        unlink(&mut tx, alice, id(1), &event, Some(&notice))
    }

    #[test]
    fn the_last_way_into_an_account_without_password_stays() {
        assert!(removed(&[1], PasswordHash::new("$argon2id$".to_owned())).is_ok());
        assert!(removed(&[1, 2], PasswordHash::unusable()).is_ok());
        let refused = removed(&[1], PasswordHash::unusable()).unwrap_err();
        assert_eq!(refused.code(), "last-way-in");
    }

    #[test]
    fn an_identity_of_somebody_else_is_unknown() {
        let refused = removed(&[2, 3], PasswordHash::unusable());
        assert!(matches!(refused, Err(UnlinkError::Unknown)));
    }
}
