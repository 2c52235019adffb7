//! The owner takes another username.

use std::time::Duration;

use thiserror::Error;

use super::{Account, Accounts, Username};
use crate::audit::{AuditEvent, AuditKind};
use crate::inbox::{EventKind, NewEvent};
use crate::key_log::{self, LinkOperation};
use crate::mail::{self, MailMessage, SealedMail};
use crate::ports::{Constraint, StoreError, StoreExt, Tx};
use crate::sessions::{Actor, Dialect, Session};
use crate::{DomainError, ErrorKind, Timestamp};

/// How many people are told at once; who talks with more sees the name when they next look.
const TOLD: u32 = 1_000;

/// How many old names one sweep deletes.
const SWEPT: u32 = 500;

/// Why the account keeps its username.
#[derive(Debug, Error)]
pub enum RenameError {
    /// The login is too old for this.
    #[error("changing the username needs a login not older than 15 minutes: log in again")]
    StepUp,
    /// The name belongs to somebody else, or did until lately.
    #[error("this username is taken: choose another")]
    Taken,
    /// The last change is too recent.
    #[error("the username was changed lately: it can be changed again later")]
    TooSoon {
        /// When it can be changed again.
        retry_after: Duration,
    },
    /// The account is not what the caller expects.
    #[error("the account was changed meanwhile: read it again")]
    Changed,
    /// The account was deleted while its token was still alive.
    #[error("this account no longer exists")]
    Gone,
    /// The store failed.
    #[error(transparent)]
    Store(StoreError),
}

impl Accounts {
    /// How long the old name is nobody's but its former owner's: whoever knows it by heart must not meet a stranger.
    pub const USERNAME_QUARANTINE: Duration = Duration::from_secs(90 * 24 * 60 * 60);

    /// Gives the caller's account another username, at most once in the interval that the operator chose, and tells
    /// those who talk with it and its contacts. The owner gets a notice. Needs a login within
    /// [`Session::STEP_UP_WINDOW`], in the dialect `social` any that a password opened. The very name it has changes nothing.
    ///
    /// # Errors
    /// [`RenameError`]; then the account has the name it had.
    pub async fn rename(&self, actor: &Actor, username: Username) -> Result<Account, RenameError> {
        let id = actor.account();
        let account: Account = self
            .env
            .store
            .ask(move |tx| tx.accounts().find(id)?.ok_or(RenameError::Gone))
            .await?;
        let draft = self.draft_rename(actor, &account, username)?;
        self.env.store.write(move |tx| draft.apply(tx)).await
    }

    /// What renames the caller's account, for a unit of work that may do more than it.
    pub(crate) fn draft_rename(
        &self,
        actor: &Actor,
        account: &Account,
        username: Username,
    ) -> Result<RenameDraft, RenameError> {
        if !is_fresh_enough(actor, self.env.now()) {
            return Err(RenameError::StepUp);
        }
        let message = MailMessage::UsernameChanged {
            old: account.username.as_str().to_owned(),
            new: username.as_str().to_owned(),
        };
        Ok(RenameDraft {
            notice: self.ports.outbox.notice(account, message),
            event: AuditEvent::by(actor, &self.env, AuditKind::UsernameChanged),
            interval: self.rename_interval,
            username,
        })
    }

    /// Deletes retired names that anybody may take again. To be called now and then; says how many went.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn sweep_retired_usernames(&self) -> Result<u64, StoreError> {
        let now = self.env.now();
        self.env
            .store
            .write(move |tx| tx.accounts().sweep_retired(now, SWEPT))
            .await
    }

    /// Computes what names look like that were taken before that was looked at, a few at a time. To be called now and
    /// then; says how many it were.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn fill_skeletons(&self) -> Result<u64, StoreError> {
        self.env
            .store
            .write(move |tx| tx.accounts().fill_skeletons(SWEPT))
            .await
    }
}

/// A rename that is to be stored.
pub(crate) struct RenameDraft {
    username: Username,
    interval: Duration,
    event: AuditEvent,
    notice: Option<SealedMail>,
}

impl RenameDraft {
    /// Renames the account.
    pub(crate) fn apply(&self, tx: &mut dyn Tx) -> Result<Account, RenameError> {
        let notice = self.notice.as_ref();
        rename(tx, &self.username, self.interval, &self.event, notice)
    }
}

/// Document 002 has a rename on the word of any login; only what an app password opened may not.
fn is_fresh_enough(actor: &Actor, now: Timestamp) -> bool {
    match actor.dialect() {
        Dialect::Social => actor.authenticated_at() > Timestamp::from_seconds(0),
        _ => now.since(actor.authenticated_at()) <= Session::STEP_UP_WINDOW,
    }
}

/// Renames the account of whose event this is.
fn rename(
    tx: &mut dyn Tx,
    username: &Username,
    interval: Duration,
    event: &AuditEvent,
    notice: Option<&SealedMail>,
) -> Result<Account, RenameError> {
    let (id, now) = (event.account, event.at);
    let account = tx.accounts().find(id)?.ok_or(RenameError::Gone)?;
    if account.username.as_str() == username.as_str() {
        return Ok(account);
    }
    let last = account.renamed_at;
    let elapsed = last.map_or(Duration::MAX, |last| now.since(last));
    if elapsed < interval {
        return Err(RenameError::TooSoon {
            retry_after: interval.saturating_sub(elapsed),
        });
    }
    let free_at = now + Accounts::USERNAME_QUARANTINE;
    if !tx.accounts().rename(id, last, username, now, free_at)? {
        // Another request was faster, just now.
        return Err(RenameError::TooSoon {
            retry_after: interval,
        });
    }
    key_log::record(tx, id, LinkOperation::Rename, now)?;
    tx.audit().append(event)?;
    mail::enqueue_if(tx, notice)?;
    let mut told = tx.conversations().list_partners(id, TOLD)?;
    told.extend(tx.contacts().list_mutual(id, TOLD)?);
    told.push(id);
    let renamed = NewEvent {
        kind: EventKind::AccountRenamed,
        subject: *id.as_bytes(),
        created_at: now,
    };
    tx.inbox().collect(&told, renamed);
    Ok(Account {
        username: username.clone(),
        renamed_at: Some(now),
        ..account
    })
}

impl From<StoreError> for RenameError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Conflict(Constraint::Username) => Self::Taken,
            other => Self::Store(other),
        }
    }
}

impl DomainError for RenameError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::StepUp | Self::Gone => ErrorKind::Unauthenticated,
            Self::Taken => ErrorKind::Conflict,
            Self::Changed => ErrorKind::PreconditionFailed,
            Self::TooSoon { .. } => ErrorKind::RateLimited,
            Self::Store(error) => error.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::StepUp => "insufficient-user-authentication",
            Self::Taken => "username-taken",
            Self::Changed => "precondition-failed",
            Self::TooSoon { .. } => "username-changed-lately",
            Self::Gone => "account-gone",
            Self::Store(error) => error.code(),
        }
    }

    fn field(&self) -> Option<&'static str> {
        matches!(self, Self::Taken | Self::TooSoon { .. }).then_some("username")
    }

    fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::TooSoon { retry_after } => Some(*retry_after),
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

    const DAY: Duration = Duration::from_secs(24 * 60 * 60);

    fn event() -> AuditEvent {
        audit_event(account("alice").id, AuditKind::UsernameChanged)
    }

    fn now() -> Timestamp {
        event().at
    }

    fn run(tx: &mut MockTx, username: &str) -> Result<Account, RenameError> {
        let username = Username::parse(username).unwrap();
        rename(tx, &username, 30 * DAY, &event(), None)
    }

    fn renamed(days_ago: Option<u32>) -> MockTx {
        let mut tx = MockTx::default();
        let alice = Account {
            renamed_at: days_ago.map(|days| now() - DAY * days),
            ..account("alice")
        };
        tx.accounts
            .expect_find()
            .returning(move |_| Ok(Some(alice.clone())));
        tx
    }

    #[test]
    fn a_new_name_is_noted_and_told_to_owner_partners_and_contacts() {
        let mut tx = renamed(Some(30));
        tx.accounts
            .expect_rename()
            .withf(|_, last, new, at, free_at| {
                *last == Some(now() - DAY * 30)
                    && new.as_str() == "alicia"
                    && *at == now()
                    && *free_at == now() + DAY * 90
            })
            .once()
            .returning(|_, _, _, _, _| Ok(true));
        tx.audit
            .expect_append()
            .withf(|noted| *noted == event())
            .once()
            .returning(|_| Ok(()));
        tx.records_links();
        tx.conversations
            .expect_list_partners()
            .returning(|_, _| Ok(vec![account("bob").id]));
        tx.contacts
            .expect_list_mutual()
            .returning(|_, _| Ok(vec![account("carol").id]));
        let told = ["bob", "carol", "alice"].map(|name| account(name).id);
        tx.inbox
            .expect_collect()
            .withf(move |who, event| {
                who == told && event.subject == *account("alice").id.as_bytes()
            })
            .once()
            .return_const(());
        let alice = run(&mut tx, "alicia").unwrap();
        assert_eq!(alice.username.as_str(), "alicia");
        assert_eq!(alice.renamed_at, Some(now()));
    }

    #[test]
    fn a_change_too_soon_says_how_long_to_wait() {
        let refused = run(&mut renamed(Some(29)), "alicia").unwrap_err();
        assert_eq!(refused.retry_after(), Some(DAY));
        // Of two at once, one finds the account renamed.
        let mut tx = renamed(None);
        tx.accounts
            .expect_rename()
            .returning(|_, _, _, _, _| Ok(false));
        let refused = run(&mut tx, "alicia").unwrap_err();
        assert_eq!(refused.retry_after(), Some(30 * DAY));
    }

    #[test]
    fn the_name_it_has_changes_nothing_at_any_time() {
        let alice = run(&mut renamed(Some(1)), "alice").unwrap();
        assert_eq!(alice.renamed_at, Some(now() - DAY));
    }

    #[test]
    fn a_taken_name_names_its_field() {
        let mut tx = renamed(None);
        tx.accounts
            .expect_rename()
            .returning(|_, _, _, _, _| Err(StoreError::Conflict(Constraint::Username)));
        let refused = run(&mut tx, "bob").unwrap_err();
        assert_eq!(
            (refused.kind(), refused.code(), refused.field()),
            (ErrorKind::Conflict, "username-taken", Some("username"))
        );
    }
}
