//! Somebody makes an account together with a key of any kind, and completes a sentence to show that they are human.

use thiserror::Error;

use super::Enrolment;
use crate::accounts::{self, Account, AccountDraft, Register, RegisterError};
use crate::audit::{AuditEvent, AuditKind};
use crate::challenges::{Challenge, WrongAnswer};
use crate::mailbox_keys::{self, KeyText, MailboxKeyDraft, MailboxKeyRefused};
use crate::ports::{StoreError, StoreExt, Tx};

/// Asks for an account and a key.
#[derive(Debug, Clone)]
pub struct EnrolWithMailboxKey {
    /// The account.
    pub account: Register,
    /// Its key.
    pub key: KeyText,
    /// The sentence, and the word that is missing from it.
    pub challenge: (String, String),
}

/// Why there is neither account nor key.
#[derive(Debug, Error)]
pub enum EnrolWithMailboxKeyError {
    /// The sentence was not completed.
    #[error("You may be a bot!")]
    Bot,
    /// The key is not taken.
    #[error(transparent)]
    Key(#[from] MailboxKeyRefused),
    /// No account can be made.
    #[error(transparent)]
    Account(#[from] RegisterError),
}

domain_error!(EnrolWithMailboxKeyError {
    Bot: Invalid, "not-human";
} else { Key, Account });

/// What one unit of work stores.
struct Rows {
    account: AccountDraft,
    key: MailboxKeyDraft,
    published: AuditEvent,
}

impl Enrolment {
    /// Makes an account and sets its key, all or nothing. Nobody is logged in.
    ///
    /// # Errors
    /// [`EnrolWithMailboxKeyError`].
    pub async fn enrol_with_mailbox_key(
        &self,
        command: EnrolWithMailboxKey,
    ) -> Result<Account, EnrolWithMailboxKeyError> {
        let (question, answer) = &command.challenge;
        Challenge::check(question, answer).map_err(|WrongAnswer| EnrolWithMailboxKeyError::Bot)?;
        let key = self.mailbox_keys.draft(command.key)?;
        let invite = command.account.invite.as_ref();
        let permit = self
            .accounts
            .permit(invite, command.account.address)
            .await?;
        let dialect = command.account.dialect;
        let account = self.accounts.draft(command.account, permit).await?;
        let (owner, kind) = (account.account.id, AuditKind::KeyPublished);
        let rows = Rows {
            published: AuditEvent::outside(owner, Some(dialect), &self.env, kind),
            account,
            key,
        };
        self.env.store.write(move |tx| enrol(tx, &rows)).await
    }
}

fn enrol(tx: &mut dyn Tx, rows: &Rows) -> Result<Account, EnrolWithMailboxKeyError> {
    let account = accounts::add(tx, &rows.account)?;
    let set = mailbox_keys::put(tx, account.id, &rows.key)?;
    tx.audit()
        .append(&rows.published.about(*set.key.as_bytes()))?;
    Ok(account)
}

impl From<StoreError> for EnrolWithMailboxKeyError {
    fn from(error: StoreError) -> Self {
        Self::Account(error.into())
    }
}
