//! The owner of an account links somebody at a provider to it.

use super::{Federation, FinishError, Identity};
use crate::accounts::{Account, AccountId};
use crate::audit::{AuditEvent, AuditKind};
use crate::mail::{self, MailMessage, SealedMail};
use crate::ports::{ProvedIdentity, StoreError, StoreExt, Tx};
use crate::sessions::{Dialect, SessionId};

/// What is stored when somebody is linked.
pub(super) struct Attachment {
    pub(super) identity: Identity,
    pub(super) event: AuditEvent,
    /// What its owner is told.
    pub(super) notice: Option<SealedMail>,
}

impl Federation {
    /// Links whoever was proved to the account. Linking them again changes nothing.
    pub(super) async fn link(
        &self,
        account: AccountId,
        session: SessionId,
        proved: &ProvedIdentity,
        dialect: Dialect,
    ) -> Result<Identity, FinishError> {
        let owner = self
            .env
            .store
            .read::<_, StoreError, _>(move |tx| tx.accounts().find(account))
            .await?;
        let attachment = Attachment {
            notice: owner.and_then(|owner| self.linked_notice(&owner, proved)),
            identity: self.new_identity(account, proved),
            event: AuditEvent {
                session: Some(session),
                ..AuditEvent::outside(account, Some(dialect), &self.env, AuditKind::IdentityLinked)
            },
        };
        self.env
            .store
            .write(move |tx| link(tx, session, &attachment))
            .await
    }

    /// Tells the account's owner who can log in from now on.
    pub(super) fn linked_notice(
        &self,
        account: &Account,
        proved: &ProvedIdentity,
    ) -> Option<SealedMail> {
        let provider = self.name_of(proved.external.issuer());
        self.outbox
            .notice(account, MailMessage::IdentityLinked { provider })
    }

    /// The link to be stored.
    pub(super) fn new_identity(&self, account: AccountId, proved: &ProvedIdentity) -> Identity {
        let now = self.env.now();
        Identity {
            id: self.env.new_id(),
            account,
            external: proved.external.clone(),
            profile: proved.profile.clone(),
            linked_at: now,
            used_at: now,
        }
    }
}

fn link(
    tx: &mut dyn Tx,
    session: SessionId,
    attachment: &Attachment,
) -> Result<Identity, FinishError> {
    let account = attachment.identity.account;
    let asked = tx.sessions().find(session)?;
    if asked.is_none_or(|asked| asked.account != account) {
        return Err(FinishError::SessionEnded);
    }
    let account_row = tx.accounts().find(account)?;
    if account_row.is_none_or(|row| row.disabled_at.is_some()) {
        return Err(FinishError::AccountDisabled);
    }
    match tx.identities().find(&attachment.identity.external)? {
        Some(present) if present.account == account => Ok(present),
        Some(_) => Err(FinishError::IdentityTaken),
        None if attach(tx, attachment)? => Ok(attachment.identity.clone()),
        None => Err(FinishError::Overtaken),
    }
}

/// Stores the link and tells the account's trail and its owner. False, and nothing changes, if they were linked meanwhile.
pub(super) fn attach(tx: &mut dyn Tx, attachment: &Attachment) -> Result<bool, FinishError> {
    let identity = &attachment.identity;
    let most = usize::try_from(Identity::MAX_PER_ACCOUNT).unwrap_or(usize::MAX);
    if tx.identities().list(identity.account)?.len() >= most {
        return Err(FinishError::TooManyIdentities);
    }
    if !tx.identities().insert(identity)? {
        return Ok(false);
    }
    let event = attachment.event.about(*identity.id.as_bytes());
    tx.audit().append(&event)?;
    mail::enqueue_if(tx, attachment.notice.as_ref())?;
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::federation::{ExternalId, IdentityId, IdentityProfile};
    use crate::mail::MailTemplate;
    use crate::testing::{MockTx, account, notice, session};
    use crate::{DomainError, Timestamp};

    fn identity(byte: u8, account: AccountId) -> Identity {
        Identity {
            id: IdentityId::from_bytes([byte; 16]),
            account,
            external: ExternalId::new("https://idp.example", "7").unwrap(),
            profile: IdentityProfile::default(),
            linked_at: Timestamp::from_seconds(1),
            used_at: Timestamp::from_seconds(1),
        }
    }

    fn attachment(account: AccountId) -> Attachment {
        Attachment {
            identity: identity(1, account),
            event: AuditEvent {
                id: crate::audit::AuditEventId::from_bytes([9; 16]),
                account,
                kind: AuditKind::IdentityLinked,
                at: Timestamp::from_seconds(1),
                session: None,
                dialect: None,
                subject: None,
            },
            notice: Some(notice(MailTemplate::IdentityLinked)),
        }
    }

    /// A unit in which alice's session is alive and the identity is `present` already.
    fn tx(present: Option<Identity>) -> MockTx {
        let mut tx = MockTx::default();
        tx.sessions
            .expect_find()
            .returning(|_| Ok(Some(session(account("alice").id))));
        tx.accounts
            .expect_find()
            .returning(|_| Ok(Some(account("alice"))));
        tx.identities
            .expect_find()
            .returning(move |_| Ok(present.clone()));
        tx
    }

    fn linked(tx: &mut MockTx) -> Result<Identity, FinishError> {
        let alice = account("alice").id;
        link(tx, session(alice).id, &attachment(alice))
    }

    #[test]
    fn a_link_is_stored_and_audited_under_its_id() {
        let mut tx = tx(None);
        tx.identities.expect_list().returning(|_| Ok(Vec::new()));
        tx.identities.expect_insert().once().returning(|_| Ok(true));
        tx.audit
            .expect_append()
            .withf(|event| event.subject == Some([1; 16]))
            .once()
            .returning(|_| Ok(()));
        tx.outbox.expect_has_waiting().returning(|_| Ok(false));
        tx.outbox.expect_insert().once().returning(|_| Ok(()));
        assert_eq!(linked(&mut tx).unwrap().id, IdentityId::from_bytes([1; 16]));
    }

    #[test]
    fn linking_again_changes_nothing() {
        let present = identity(5, account("alice").id);
        assert_eq!(linked(&mut tx(Some(present.clone()))).unwrap(), present);
    }

    #[test]
    fn somebody_of_another_account_is_not_taken_over() {
        let bobs = identity(5, account("bob").id);
        let refused = linked(&mut tx(Some(bobs))).unwrap_err();
        assert_eq!(refused.code(), "identity-taken");
    }

    #[test]
    fn an_ended_session_links_nothing() {
        let mut tx = MockTx::default();
        tx.sessions.expect_find().returning(|_| Ok(None));
        assert!(matches!(linked(&mut tx), Err(FinishError::SessionEnded)));
        let mut tx = MockTx::default();
        tx.sessions
            .expect_find()
            .returning(|_| Ok(Some(session(account("bob").id))));
        assert!(matches!(linked(&mut tx), Err(FinishError::SessionEnded)));
    }

    #[test]
    fn an_account_has_a_bounded_number() {
        let mut tx = tx(None);
        let alice = account("alice").id;
        tx.identities
            .expect_list()
            .returning(move |_| Ok(vec![identity(2, alice); 20]));
        assert!(matches!(
            linked(&mut tx),
            Err(FinishError::TooManyIdentities)
        ));
    }
}
