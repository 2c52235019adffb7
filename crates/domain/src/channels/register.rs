//! Somebody makes an account within a channel, gets a custodial key, and is logged in at once.

use thiserror::Error;

use super::log_in::{Entry, take_over};
use super::{Channels, Exchange};
use crate::accounts::{self, AccountDraft, Email, Register, RegisterError, Username};
use crate::audit::{AuditEvent, AuditKind};
use crate::custodial_keys::{self, CustodialKeyError, KeyDraft};
use crate::ports::{StoreError, StoreExt, TokenDigests, TokenError, Tx};
use crate::sessions::{Dialect, EndedSession};

/// Asks for an account.
#[derive(Debug, Clone)]
pub struct ChannelRegister {
    /// The account; its dialect is [`Dialect::Channel`].
    pub account: Register,
    /// What the client calls itself, if it does.
    pub client: Option<String>,
}

/// Why there is no account. The channel is as it was.
#[derive(Debug, Error)]
pub enum ChannelRegisterError {
    /// No account can be made.
    #[error(transparent)]
    Account(RegisterError),
    /// No custodial key can be had.
    #[error(transparent)]
    Key(CustodialKeyError),
    /// No session can be made.
    #[error("no session can be made")]
    Token(#[from] TokenError),
}

domain_error!(ChannelRegisterError {
    Token: Internal, "internal-error";
} else { Account, Key });

/// What one unit of work stores.
struct Rows {
    account: AccountDraft,
    key: KeyDraft,
    tokens: TokenDigests,
    entry: Entry,
    logged_in: AuditEvent,
}

impl Channels {
    /// Makes an account with a custodial key and logs its owner in to the channel of this exchange, all or nothing.
    ///
    /// # Errors
    /// [`ChannelRegisterError`].
    pub async fn register(
        &self,
        exchange: &Exchange,
        command: ChannelRegister,
    ) -> Result<(), ChannelRegisterError> {
        let ChannelRegister { account, client } = command;
        let accounts = &self.ports.accounts;
        let permit = accounts
            .permit(account.invite.as_ref(), account.address)
            .await?;
        // Key pairs are dear: none for somebody whose name is taken.
        let (username, email) = (account.username.clone(), account.email.clone());
        self.env
            .store
            .read(move |tx| check_free(tx, &username, email.as_ref()))
            .await?;
        let password = account.password.clone();
        let account = accounts.draft(account, permit).await?;
        let (id, dialect) = (account.account.id, Dialect::Channel);
        let keys = &self.ports.custodial_keys;
        let key = keys.draft(id, &password, None, Some(dialect)).await?;
        let sessions = &self.ports.sessions;
        let opened = sessions.draft(account.account.clone(), dialect, client, None)?;
        let channel = &exchange.channel;
        let wrapping = self.seal_wrapping(&exchange.seal, channel, &key.unlocked);
        let rows = Rows {
            tokens: sessions.digests(&opened),
            entry: Entry {
                channel: channel.id,
                session: opened.session.clone(),
                before: channel.login.as_ref().map(|login| login.session),
                wrapping: Some(wrapping),
                now: self.env.now(),
            },
            logged_in: AuditEvent {
                session: Some(opened.session.id),
                ..AuditEvent::outside(id, Some(dialect), &self.env, AuditKind::LoggedIn)
            },
            account,
            key,
        };
        let ended = self.env.store.write(move |tx| store(tx, &rows)).await?;
        sessions.note_ended(&ended);
        self.ports.presence.arrive(&opened.session);
        Ok(())
    }
}

fn check_free(
    tx: &mut dyn Tx,
    username: &Username,
    email: Option<&Email>,
) -> Result<(), RegisterError> {
    if tx.accounts().find_by_username(username)?.is_some() {
        return Err(RegisterError::UsernameTaken);
    }
    if let Some(email) = email
        && tx.accounts().find_by_email(email)?.is_some()
    {
        return Err(RegisterError::EmailTaken);
    }
    Ok(())
}

fn store(tx: &mut dyn Tx, rows: &Rows) -> Result<Vec<EndedSession>, ChannelRegisterError> {
    accounts::add(tx, &rows.account)?;
    custodial_keys::store(tx, &rows.key)?;
    tx.sessions().insert(&rows.entry.session, &rows.tokens)?;
    tx.audit().append(&rows.logged_in)?;
    Ok(take_over(tx, &rows.entry)?)
}

impl From<RegisterError> for ChannelRegisterError {
    fn from(error: RegisterError) -> Self {
        Self::Account(error)
    }
}

impl From<CustodialKeyError> for ChannelRegisterError {
    fn from(error: CustodialKeyError) -> Self {
        match error {
            CustodialKeyError::Store(error) => Self::Account(RegisterError::Store(error)),
            error => Self::Key(error),
        }
    }
}

impl From<StoreError> for ChannelRegisterError {
    fn from(error: StoreError) -> Self {
        Self::Account(error.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{MockTx, account};

    #[test]
    fn no_key_pair_is_spent_on_a_taken_name() {
        let (name, email) = (
            account("alice").username,
            Email::parse("a@b.example").unwrap(),
        );
        let mut tx = MockTx::default();
        tx.accounts
            .expect_find_by_username()
            .returning(|_| Ok(Some(account("alice"))));
        let refused = check_free(&mut tx, &name, Some(&email));
        assert!(matches!(refused, Err(RegisterError::UsernameTaken)));

        let mut tx = MockTx::default();
        tx.accounts
            .expect_find_by_username()
            .returning(|_| Ok(None));
        tx.accounts
            .expect_find_by_email()
            .returning(|_| Ok(Some(account("alice"))));
        let refused = check_free(&mut tx, &name, Some(&email));
        assert!(matches!(refused, Err(RegisterError::EmailTaken)));
    }
}
