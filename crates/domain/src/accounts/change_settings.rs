//! The owner looks at their settings and changes some of them.

use std::time::Duration;

use thiserror::Error;

use super::{AccountId, Accounts, MessagesFrom, Settings};
use crate::ports::{StoreError, StoreExt, Tx};
use crate::sessions::Actor;
use crate::{DomainError, ErrorKind};

/// Asks for other settings. What is None stays.
#[derive(Debug, Clone, Default)]
pub struct ChangeSettings {
    /// Whether strangers find the account.
    pub discoverable: Option<bool>,
    /// Whether contacts see that the account is there.
    pub show_presence: Option<bool>,
    /// Who may write to the account.
    pub messages_from: Option<MessagesFrom>,
    /// Whether others see how far the account has read, and it the same of them.
    pub send_receipts: Option<bool>,
    /// Change them only if they are one of these; None: whatever they are.
    pub expected: Option<Vec<Settings>>,
}

/// Why the settings are not shown, or stay as they are.
#[derive(Debug, Error)]
pub enum SettingsError {
    /// They are not what the caller expects.
    #[error("the settings were changed meanwhile: read them again")]
    Changed,
    /// The account is gone.
    #[error("this account no longer exists")]
    Gone,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Accounts {
    /// The caller's settings.
    ///
    /// # Errors
    /// [`SettingsError`], but never [`SettingsError::Changed`].
    pub async fn view_settings(&self, actor: &Actor) -> Result<Settings, SettingsError> {
        let id = actor.account();
        self.env
            .store
            .ask(move |tx| tx.accounts().find_settings(id)?.ok_or(SettingsError::Gone))
            .await
    }

    /// Changes some of the caller's settings; what they are then.
    ///
    /// # Errors
    /// [`SettingsError`]; then nothing has changed.
    pub async fn change_settings(
        &self,
        actor: &Actor,
        command: ChangeSettings,
    ) -> Result<Settings, SettingsError> {
        let id = actor.account();
        self.env
            .store
            .write(move |tx| change(tx, id, &command))
            .await
    }
}

fn change(
    tx: &mut dyn Tx,
    id: AccountId,
    command: &ChangeSettings,
) -> Result<Settings, SettingsError> {
    // Two changes at once follow one another: whoever expects nothing is refused nothing.
    tx.accounts().lock(id)?.ok_or(SettingsError::Gone)?;
    let old = tx
        .accounts()
        .find_settings(id)?
        .ok_or(SettingsError::Gone)?;
    let unexpected = |expected: &Vec<Settings>| !expected.contains(&old);
    if command.expected.as_ref().is_some_and(unexpected) {
        return Err(SettingsError::Changed);
    }
    let new = Settings {
        discoverable: command.discoverable.unwrap_or(old.discoverable),
        show_presence: command.show_presence.unwrap_or(old.show_presence),
        messages_from: command.messages_from.unwrap_or(old.messages_from),
        send_receipts: command.send_receipts.unwrap_or(old.send_receipts),
    };
    if !tx.accounts().replace_settings(id, &old, &new)? {
        return Err(SettingsError::Changed);
    }
    Ok(new)
}

impl DomainError for SettingsError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Changed => ErrorKind::PreconditionFailed,
            Self::Gone => ErrorKind::Unauthenticated,
            Self::Store(error) => error.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Changed => "precondition-failed",
            Self::Gone => "account-gone",
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
    use crate::testing::{MockTx, account};

    fn tx() -> MockTx {
        let mut tx = MockTx::default();
        tx.accounts
            .expect_lock()
            .once()
            .returning(|_| Ok(Some(account("alice"))));
        tx.accounts
            .expect_find_settings()
            .returning(|_| Ok(Some(Settings::default())));
        tx
    }

    fn hide(expected: Option<Vec<Settings>>) -> ChangeSettings {
        ChangeSettings {
            discoverable: Some(false),
            expected,
            ..ChangeSettings::default()
        }
    }

    #[test]
    fn what_is_not_named_stays() {
        let mut tx = tx();
        let hidden = Settings {
            discoverable: false,
            ..Settings::default()
        };
        tx.accounts
            .expect_replace_settings()
            .withf(move |_, old, new| *old == Settings::default() && *new == hidden)
            .once()
            .returning(|_, _, _| Ok(true));
        let expected = Some(vec![hidden, Settings::default()]);
        let changed = change(&mut tx, account("alice").id, &hide(expected));
        assert_eq!(changed.unwrap(), hidden);
    }

    #[test]
    fn settings_that_are_not_what_the_caller_saw_stay() {
        let other = Settings {
            show_presence: false,
            ..Settings::default()
        };
        for expected in [vec![], vec![other]] {
            let refused = change(&mut tx(), account("alice").id, &hide(Some(expected)));
            assert!(matches!(refused, Err(SettingsError::Changed)));
        }
        let mut raced = tx();
        raced
            .accounts
            .expect_replace_settings()
            .returning(|_, _, _| Ok(false));
        let refused = change(&mut raced, account("alice").id, &hide(None));
        assert!(matches!(refused, Err(SettingsError::Changed)));
    }
}
