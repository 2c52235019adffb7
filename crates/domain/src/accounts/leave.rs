//! The owner leaves for good.

use std::collections::BTreeSet;

use thiserror::Error;

use super::{Account, AccountId, Accounts, Password};
use crate::Timestamp;
use crate::authentication::{Authentication, ConfirmPasswordError};
use crate::groups::{self, MemberChangeId};
use crate::inbox::{EventKind, NewEvent};
use crate::key_log;
use crate::mail::{self, MailMessage, SealedMail};
use crate::ports::{StoreError, StoreExt, Tx};
use crate::sessions::{Actor, EndedSession, Session, Sessions, end_all_but};

/// How many partners, and how many contacts, are told at once; who has more leaves silently for the rest.
const TOLD: u32 = 1_000;

/// Why the account is still there.
#[derive(Debug, Error)]
pub enum LeaveError {
    /// The login is too old for this.
    #[error("deleting the account needs a login not older than 15 minutes: log in again")]
    StepUp,
    /// The account was deleted while its token was still alive.
    #[error("this account no longer exists")]
    Gone,
    /// The password is wrong, or could not be checked.
    #[error(transparent)]
    Confirm(#[from] ConfirmPasswordError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Accounts {
    /// Deletes the caller's account for good, in one unit of work: the keys of its files (the sweep removes the blobs),
    /// every conversation of a pair that it is in with the messages of both sides, its place and its messages in groups (one
    /// that it owned goes to somebody else), its sessions, and whatever else is its own. Nobody can take its username for [`Accounts::USERNAME_QUARANTINE`]. Partners and contacts are told, and so is a mail address
    /// that was proved. Needs a login within [`Session::STEP_UP_WINDOW`].
    ///
    /// # Errors
    /// [`LeaveError`]; then everything is as it was.
    pub async fn leave(&self, actor: &Actor, sessions: &Sessions) -> Result<(), LeaveError> {
        let (id, now) = (actor.account(), self.env.now());
        if now.since(actor.authenticated_at()) > Session::STEP_UP_WINDOW {
            return Err(LeaveError::StepUp);
        }
        self.depart(id, sessions, now).await
    }

    /// As [`Accounts::leave`], with the caller's password in place of a fresh login.
    ///
    /// # Errors
    /// [`LeaveError`], but never [`LeaveError::StepUp`]; then everything is as it was.
    pub async fn leave_with_password(
        &self,
        actor: &Actor,
        authentication: &Authentication,
        sessions: &Sessions,
        password: Password,
    ) -> Result<(), LeaveError> {
        authentication.confirm_password(actor, password).await?;
        self.depart(actor.account(), sessions, self.env.now()).await
    }

    async fn depart(
        &self,
        id: AccountId,
        sessions: &Sessions,
        now: Timestamp,
    ) -> Result<(), LeaveError> {
        let account: Account = self
            .env
            .store
            .ask(move |tx| tx.accounts().find(id)?.ok_or(LeaveError::Gone))
            .await?;
        let (notice, env) = (self.farewell(&account), self.env.clone());
        let ended = self
            .env
            .store
            .write(move |tx| {
                let removed = remove(tx, id, notice.as_ref(), &|| env.new_id(), now)?;
                removed.ok_or(LeaveError::Gone)
            })
            .await?;
        sessions.note_ended(&ended);
        Ok(())
    }

    /// The notice that the account is gone, if anybody is to get one.
    pub(crate) fn farewell(&self, account: &Account) -> Option<SealedMail> {
        self.ports
            .outbox
            .notice(account, MailMessage::AccountDeleted)
    }
}

/// Removes the account; None if there is none. The caller tells [`Sessions`] of the ended ones after the commit.
pub(crate) fn remove(
    tx: &mut dyn Tx,
    id: AccountId,
    notice: Option<&SealedMail>,
    new_id: &dyn Fn() -> MemberChangeId,
    now: Timestamp,
) -> Result<Option<Vec<EndedSession>>, StoreError> {
    // First, so that nothing is added to the account that what follows would miss.
    if !tx
        .accounts()
        .vacate(id, now + Accounts::USERNAME_QUARANTINE)?
    {
        return Ok(None);
    }
    tx.files().shred_all(id, now)?;
    key_log::bury(tx, id, now)?;
    let mut told: BTreeSet<AccountId> = BTreeSet::new();
    told.extend(tx.conversations().list_partners(id, TOLD)?);
    told.extend(tx.contacts().list_mutual(id, TOLD)?);
    let ended = end_all_but(tx, id, None, now)?;
    groups::depart(tx, id, new_id, now)?;
    // Also for the other side: what was said is gone with either of the two.
    tx.conversations().delete_pairs(id)?;
    if !tx.accounts().remove(id)? {
        return Ok(None);
    }
    let told: Vec<AccountId> = told.into_iter().collect();
    let deleted = NewEvent {
        kind: EventKind::AccountDeleted,
        subject: *id.as_bytes(),
        created_at: now,
    };
    tx.inbox().collect(&told, deleted);
    mail::enqueue_if(tx, notice)?;
    Ok(Some(ended))
}

domain_error!(LeaveError {
    StepUp: Unauthenticated, "insufficient-user-authentication";
    Gone: Unauthenticated, "account-gone";
} else { Confirm, Store });

#[cfg(test)]
mod tests {
    use mockall::Sequence;
    use mockall::predicate::eq;

    use super::*;
    use crate::testing::{MockTx, account, session};

    const NOW: Timestamp = Timestamp::from_seconds(9);

    fn new_id() -> MemberChangeId {
        MemberChangeId::from_bytes([1; 16])
    }

    #[test]
    fn keys_go_first_and_everybody_is_told_once() {
        let (alice, bob, carol) = (account("alice").id, account("bob").id, account("carol").id);
        let (mut tx, mut order) = (MockTx::default(), Sequence::new());
        tx.accounts
            .expect_vacate()
            .with(eq(alice), eq(NOW + Accounts::USERNAME_QUARANTINE))
            .once()
            .in_sequence(&mut order)
            .returning(|_, _| Ok(true));
        tx.files
            .expect_shred_all()
            .with(eq(alice), eq(NOW))
            .once()
            .in_sequence(&mut order)
            .returning(|_, _| Ok(2));
        tx.records_links();
        tx.conversations
            .expect_list_partners()
            .returning(move |_, _| Ok(vec![bob, carol]));
        tx.contacts
            .expect_list_mutual()
            .returning(move |_, _| Ok(vec![bob]));
        tx.sessions
            .expect_list()
            .returning(|id| Ok(vec![session(id)]));
        tx.sessions.expect_end().once().returning(|_, _| Ok(true));
        tx.conversations
            .expect_page()
            .once()
            .in_sequence(&mut order)
            .returning(|_, _, _, _| Ok(Vec::new()));
        tx.conversations
            .expect_delete_pairs()
            .with(eq(alice))
            .once()
            .in_sequence(&mut order)
            .returning(|_| Ok(2));
        tx.accounts
            .expect_remove()
            .with(eq(alice))
            .once()
            .in_sequence(&mut order)
            .returning(|_| Ok(true));
        tx.inbox
            .expect_collect()
            .withf(move |who, event| who == [alice] && event.kind == EventKind::SessionRevoked)
            .once()
            .return_const(());
        tx.inbox
            .expect_collect()
            .withf(move |who, event| {
                let who: BTreeSet<_> = who.iter().copied().collect();
                who == BTreeSet::from([bob, carol])
                    && event.kind == EventKind::AccountDeleted
                    && event.subject == *alice.as_bytes()
            })
            .once()
            .return_const(());
        let ended = remove(&mut tx, alice, None, &new_id, NOW).unwrap().unwrap();
        assert_eq!(ended.len(), 1);
    }

    #[test]
    fn who_is_gone_already_does_not_leave_again() {
        let mut tx = MockTx::default();
        tx.accounts.expect_vacate().returning(|_, _| Ok(false));
        let alice = account("alice").id;
        assert_eq!(remove(&mut tx, alice, None, &new_id, NOW).unwrap(), None);
    }
}
