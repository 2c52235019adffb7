//! Somebody logs in to a channel with their mail address.

use thiserror::Error;

use super::{Channel, ChannelId, ChannelLogin, Channels, Exchange, SealedWrapping};
use crate::Timestamp;
use crate::accounts::{AccountId, Email, Password};
use crate::authentication::{Attempt, Identifier, LoginError, Origin};
use crate::custodial_keys::{CustodialKeyError, Presented};
use crate::ports::{StoreError, StoreExt, Tx};
use crate::sessions::{Dialect, EndedSession, OpenedSession, Session, SessionId, end};

/// Asks to be logged in.
#[derive(Debug, Clone)]
pub struct ChannelLogIn {
    /// Who.
    pub email: Email,
    /// The account's password, or an app password for this dialect ([`Password::attempt`]).
    pub password: Password,
    /// From where.
    pub origin: Origin,
}

/// Why nobody was logged in. The channel is as it was.
#[derive(Debug, Error)]
pub enum ChannelLogInError {
    /// Nobody has this address.
    #[error("nobody has this mail address")]
    UnknownAddress,
    /// It is another password; or a second factor is on, for which there is no place here.
    #[error("the password is wrong")]
    WrongPassword,
    /// So many wrong passwords were tried that this dialect checks no more, until there is a new one.
    #[error("too many wrong passwords: recover the account")]
    Blocked,
    /// The login was refused for another reason.
    #[error(transparent)]
    Login(LoginError),
    /// The account's custodial key cannot be had.
    #[error(transparent)]
    Key(#[from] CustodialKeyError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

domain_error!(ChannelLogInError {
    UnknownAddress: Unauthenticated, "unknown-address", "email";
    WrongPassword: Unauthenticated, "wrong-credentials";
    Blocked: Forbidden, "blocked-in-dialect";
} else { Login, Key, Store });

/// Whose password is about to be tried.
enum Counted {
    Nobodys,
    Blocked,
    Of(AccountId),
}

impl Channels {
    /// Logs somebody in to the channel of this exchange, instead of whoever was, and opens their custodial key for as long
    /// as the channel lives. The login is decided where all are ([`crate::authentication`]); beside the waiting there,
    /// this dialect blocks an account after [`Channel::MAX_WRONG_PASSWORDS`] wrong passwords in a row.
    ///
    /// # Errors
    /// [`ChannelLogInError`].
    pub async fn log_in(
        &self,
        exchange: &Exchange,
        command: ChannelLogIn,
    ) -> Result<(), ChannelLogInError> {
        let email = command.email.clone();
        let counted = self.env.store.write(move |tx| count(tx, &email)).await?;
        let account = match counted {
            Counted::Blocked => return Err(ChannelLogInError::Blocked),
            // Goes on all the same, so that it takes as long.
            Counted::Nobodys => None,
            Counted::Of(account) => Some(account),
        };
        let password = command.password.clone();
        let attempt = Attempt {
            identifier: Identifier::Email(command.email),
            password: command.password,
            factor: None,
            dialect: Dialect::Channel,
            origin: Origin {
                known: exchange.caller,
                ..command.origin
            },
            used: None,
        };
        let admitted = self.ports.authentication.authenticate(attempt).await;
        let opened = match admitted.and_then(crate::authentication::Admission::opened) {
            Ok(opened) => opened,
            Err(error) => return Err(self.refused(account, error).await?),
        };
        let presented = match opened.session.app_password {
            Some(id) => Presented::AppPassword(id, password),
            None => Presented::Password(password),
        };
        self.enter(exchange, &opened, &presented).await
    }

    /// What to say of a refusal; a try at which the password was not looked at is taken back.
    async fn refused(
        &self,
        account: Option<AccountId>,
        error: LoginError,
    ) -> Result<ChannelLogInError, StoreError> {
        Ok(match (error, account) {
            (LoginError::WrongCredentials, Some(_)) => ChannelLogInError::WrongPassword,
            (LoginError::WrongCredentials, None) => ChannelLogInError::UnknownAddress,
            (error, None) => ChannelLogInError::Login(error),
            (error, Some(account)) => {
                self.env
                    .store
                    .write(move |tx| tx.channels().take_back_try(account))
                    .await?;
                ChannelLogInError::Login(error)
            }
        })
    }

    async fn enter(
        &self,
        exchange: &Exchange,
        opened: &OpenedSession,
        presented: &Presented,
    ) -> Result<(), ChannelLogInError> {
        let keys = &self.ports.custodial_keys;
        let unlocked = keys
            .unlock(&opened.account, presented, Dialect::Channel)
            .await;
        let unlocked = match unlocked {
            Ok(unlocked) => unlocked,
            Err(error) => {
                // A session that nothing leads to would stand among the owner's for a month.
                self.abandon(opened.session.clone()).await?;
                return Err(error.into());
            }
        };
        let channel = &exchange.channel;
        let wrapping =
            unlocked.map(|unlocked| self.seal_wrapping(&exchange.seal, channel, &unlocked));
        let entry = Entry {
            channel: channel.id,
            session: opened.session.clone(),
            before: channel.login.as_ref().map(|login| login.session),
            wrapping,
            now: self.env.now(),
        };
        let ended = self.env.store.write(move |tx| enter(tx, &entry)).await?;
        self.ports.sessions.note_ended(&ended);
        Ok(())
    }

    async fn abandon(&self, session: Session) -> Result<(), StoreError> {
        let now = self.env.now();
        let ended = self
            .env
            .store
            .write(move |tx| end(tx, &session, now))
            .await?;
        self.ports.sessions.note_ended(ended.as_slice());
        Ok(())
    }
}

/// Counts the try before it is made, so that parallel ones are counted exactly.
fn count(tx: &mut dyn Tx, email: &Email) -> Result<Counted, StoreError> {
    let Some(account) = tx.accounts().find_by_email(email)? else {
        return Ok(Counted::Nobodys);
    };
    let counted = tx
        .channels()
        .count_try(account.id, Channel::MAX_WRONG_PASSWORDS)?;
    Ok(match counted {
        true => Counted::Of(account.id),
        false => Counted::Blocked,
    })
}

/// What one unit of work stores of a login.
pub(super) struct Entry {
    pub(super) channel: ChannelId,
    pub(super) session: Session,
    /// The session of whoever was logged in to the channel.
    pub(super) before: Option<SessionId>,
    pub(super) wrapping: Option<SealedWrapping>,
    pub(super) now: Timestamp,
}

fn enter(tx: &mut dyn Tx, entry: &Entry) -> Result<Vec<EndedSession>, ChannelLogInError> {
    // Ended while the key was opened: the password may have been changed.
    if tx.sessions().find(entry.session.id)?.is_none() {
        return Err(ChannelLogInError::WrongPassword);
    }
    tx.channels().forget_tries(entry.session.account)?;
    Ok(take_over(tx, entry)?)
}

/// Makes it the channel's login, and ends the one before.
pub(super) fn take_over(tx: &mut dyn Tx, entry: &Entry) -> Result<Vec<EndedSession>, StoreError> {
    let before = match entry.before {
        Some(before) => tx.sessions().find(before)?,
        None => None,
    };
    let login = ChannelLogin {
        session: entry.session.id,
        wrong_passwords: 0,
        wrapping: entry.wrapping.clone(),
    };
    tx.channels().put_login(entry.channel, &login)?;
    match before {
        Some(before) => Ok(end(tx, &before, entry.now)?.into_iter().collect()),
        None => Ok(Vec::new()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{MockTx, account, session};

    fn email() -> Email {
        Email::parse("w@example.org").unwrap()
    }

    fn entry(before: Option<SessionId>) -> Entry {
        Entry {
            channel: ChannelId::from_bytes([1; 16]),
            session: session(account("alice").id),
            before,
            wrapping: None,
            now: Timestamp::from_seconds(1_700_000_000),
        }
    }

    #[test]
    fn five_wrong_passwords_are_the_end_and_nobodys_are_not_counted() {
        let mut tx = MockTx::default();
        tx.accounts
            .expect_find_by_email()
            .returning(|_| Ok(Some(account("alice"))));
        tx.channels
            .expect_count_try()
            .withf(|whose, limit| *whose == account("alice").id && *limit == 5)
            .returning(|_, _| Ok(false));
        assert!(matches!(count(&mut tx, &email()), Ok(Counted::Blocked)));

        let mut tx = MockTx::default();
        tx.accounts.expect_find_by_email().returning(|_| Ok(None));
        assert!(matches!(count(&mut tx, &email()), Ok(Counted::Nobodys)));
    }

    #[test]
    fn whoever_was_logged_in_to_the_channel_is_logged_out() {
        let bob = session(account("bob").id);
        let mut tx = MockTx::default();
        tx.sessions.expect_find().returning(|id| {
            let sessions = ["alice", "bob"].map(|name| session(account(name).id));
            Ok(sessions.into_iter().find(|session| session.id == id))
        });
        tx.channels
            .expect_forget_tries()
            .once()
            .returning(|_| Ok(()));
        tx.channels
            .expect_put_login()
            .once()
            .returning(|_, _| Ok(()));
        let ended = bob.id;
        tx.sessions
            .expect_end()
            .withf(move |_, note| note.id == ended)
            .once()
            .returning(|_, _| Ok(true));
        tx.inbox.expect_collect().once().return_const(());
        assert_eq!(enter(&mut tx, &entry(Some(bob.id))).unwrap().len(), 1);
    }

    #[test]
    fn a_session_that_ended_meanwhile_logs_nobody_in() {
        let mut tx = MockTx::default();
        tx.sessions.expect_find().returning(|_| Ok(None));
        let refused = enter(&mut tx, &entry(None));
        assert!(matches!(refused, Err(ChannelLogInError::WrongPassword)));
    }
}
