//! The owner makes a password for one program.

use thiserror::Error;

use super::{AppPassword, AppPasswordName, AppPasswords, text};
use crate::Secret;
use crate::accounts::{Account, Password};
use crate::audit::{AuditEvent, AuditKind};
use crate::authentication::ConfirmPasswordError;
use crate::custodial_keys::{CustodialKeyError, KeyOpener};
use crate::mail::{self, MailMessage, SealedMail};
use crate::ports::{Digest, StoreError, StoreExt, Tx};
use crate::sessions::{Actor, Dialect, Session};

/// Asks for an app password.
#[derive(Debug, Clone)]
pub struct CreateAppPassword {
    /// What to call it.
    pub name: AppPasswordName,
    /// The API that it is to open.
    pub dialect: Dialect,
    /// The account's password ([`Password::attempt`]): wanted for [`Dialect::Channel`], whose key it opens.
    pub password: Option<Password>,
}

/// An app password, and the password itself, which is nowhere stored.
#[derive(Debug, Clone)]
pub struct CreatedAppPassword {
    /// What is stored.
    pub app_password: AppPassword,
    /// To be shown once: `spa_` and 26 letters.
    pub text: Secret<String>,
}

/// Why there is none.
#[derive(Debug, Error)]
pub enum CreateAppPasswordError {
    /// The login is too old for this.
    #[error("making an app password needs a login not older than 15 minutes: log in again")]
    StepUp,
    /// The native API takes none.
    #[error("an app password is for a dialect: the native API asks for the second factor instead")]
    NativeDialect,
    /// The account's password is wanted.
    #[error("an app password for this dialect needs the account's password")]
    PasswordNeeded,
    /// It is another one.
    #[error("the password is wrong")]
    WrongPassword,
    /// The account has too many.
    #[error("an account has at most 50 app passwords: revoke one first")]
    TooMany,
    /// The account was deleted while its token was still alive.
    #[error("this account no longer exists")]
    Gone,
    /// The password could not be checked.
    #[error(transparent)]
    Confirm(ConfirmPasswordError),
    /// The account's custodial key cannot be had.
    #[error(transparent)]
    Key(#[from] CustodialKeyError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What one unit of work stores.
struct Rows {
    password: AppPassword,
    digest: Digest,
    opener: Option<KeyOpener>,
    notice: Option<SealedMail>,
    event: AuditEvent,
}

impl AppPasswords {
    /// Makes an app password. Needs a login within [`Session::STEP_UP_WINDOW`].
    ///
    /// # Errors
    /// [`CreateAppPasswordError`]; then there is none.
    pub async fn create(
        &self,
        actor: &Actor,
        command: CreateAppPassword,
    ) -> Result<CreatedAppPassword, CreateAppPasswordError> {
        let (id, now) = (actor.account(), self.env.now());
        if now.since(actor.authenticated_at()) > Session::STEP_UP_WINDOW {
            return Err(CreateAppPasswordError::StepUp);
        }
        let confirmed = match (command.dialect, command.password) {
            (Dialect::Native, _) => return Err(CreateAppPasswordError::NativeDialect),
            (Dialect::Channel, None) => return Err(CreateAppPasswordError::PasswordNeeded),
            (Dialect::Channel, Some(password)) => {
                self.confirm(actor, password.clone()).await?;
                Some(password)
            }
            (_, _) => None,
        };
        let account: Account = self
            .env
            .store
            .ask(move |tx| tx.accounts().find(id)?.ok_or(CreateAppPasswordError::Gone))
            .await?;
        let app_password = AppPassword {
            id: self.env.new_id(),
            account: id,
            dialect: command.dialect,
            name: command.name,
            created_at: now,
            last_used_at: None,
        };
        let notice = self.ports.outbox.notice(
            &account,
            MailMessage::AppPasswordAdded {
                name: app_password.name.as_str().to_owned(),
                dialect: app_password.dialect,
            },
        );
        let text = text::encode(&self.env.random());
        let opener = match confirmed {
            Some(password) => {
                let keys = &self.ports.custodial_keys;
                keys.seal_for_app_password(&account, password, app_password.id, &text)
                    .await?
            }
            None => None,
        };
        let rows = Rows {
            digest: self.ports.digester.digest(text.expose().as_bytes()),
            event: AuditEvent::by(actor, &self.env, AuditKind::AppPasswordAdded)
                .about(*app_password.id.as_bytes()),
            password: app_password.clone(),
            opener,
            notice,
        };
        self.env.store.write(move |tx| add(tx, &rows)).await?;
        Ok(CreatedAppPassword { app_password, text })
    }

    /// Whether this is the caller's password.
    async fn confirm(
        &self,
        actor: &Actor,
        password: Password,
    ) -> Result<(), CreateAppPasswordError> {
        match self.authentication.confirm_password(actor, password).await {
            Ok(_) => Ok(()),
            Err(ConfirmPasswordError::Wrong) => Err(CreateAppPasswordError::WrongPassword),
            Err(error) => Err(CreateAppPasswordError::Confirm(error)),
        }
    }
}

fn add(tx: &mut dyn Tx, rows: &Rows) -> Result<(), CreateAppPasswordError> {
    let Rows {
        password, digest, ..
    } = rows;
    let allowed = usize::try_from(AppPassword::MAX_PER_ACCOUNT).unwrap_or(usize::MAX);
    if tx.app_passwords().list(password.account)?.len() >= allowed {
        return Err(CreateAppPasswordError::TooMany);
    }
    tx.app_passwords().insert(password, digest)?;
    if let Some(opener) = &rows.opener {
        tx.custodial_keys().put_opener(opener)?;
    }
    tx.audit().append(&rows.event)?;
    Ok(mail::enqueue_if(tx, rows.notice.as_ref())?)
}

domain_error!(CreateAppPasswordError {
    StepUp: Unauthenticated, "insufficient-user-authentication";
    NativeDialect: Invalid, "native-dialect", "dialect";
    PasswordNeeded: Invalid, "password-needed", "password";
    WrongPassword: Forbidden, "wrong-password", "password";
    TooMany: Conflict, "too-many-app-passwords";
    Gone: Unauthenticated, "account-gone";
} else { Confirm, Key, Store });

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app_passwords::AppPasswordId;
    use crate::testing::{MockTx, account, audit_event};

    fn sample() -> AppPassword {
        let alice = account("alice");
        AppPassword {
            id: AppPasswordId::from_bytes([3; 16]),
            account: alice.id,
            dialect: Dialect::Vault,
            name: AppPasswordName::parse("backup").unwrap(),
            created_at: alice.created_at,
            last_used_at: None,
        }
    }

    fn added(tx: &mut MockTx) -> Result<(), CreateAppPasswordError> {
        let rows = Rows {
            password: sample(),
            digest: [9; 32],
            opener: None,
            notice: None,
            event: audit_event(sample().account, AuditKind::AppPasswordAdded),
        };
        add(tx, &rows)
    }

    fn tx_with(number: usize) -> MockTx {
        let mut tx = MockTx::default();
        tx.app_passwords
            .expect_list()
            .returning(move |_| Ok(vec![sample(); number]));
        tx
    }

    #[test]
    fn the_fiftieth_is_the_last() {
        let mut tx = tx_with(49);
        tx.app_passwords
            .expect_insert()
            .withf(|password, digest| *password == sample() && *digest == [9; 32])
            .once()
            .returning(|_, _| Ok(()));
        tx.audit.expect_append().once().returning(|_| Ok(()));
        added(&mut tx).unwrap();
        let refused = added(&mut tx_with(50));
        assert!(matches!(refused, Err(CreateAppPasswordError::TooMany)));
    }
}
