//! Somebody logs in with a password.

use std::time::Duration;

use thiserror::Error;

use super::{Dialect, EndedSession, RefreshToken, Session, Sessions, end};
use crate::accounts::{Account, Email, Password, Username};
use crate::data_keys::DataKeyUse;
use crate::ports::{
    Digest, HashError, PasswordHash, StoreError, StoreExt, TokenError, Tx, Verification,
};
use crate::{DomainError, ErrorKind};

/// Who somebody says they are. A text with `@` is a mail address, since no username has one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Identifier {
    /// By name.
    Username(Username),
    /// By mail address.
    Email(Email),
    /// Neither: nobody can have it, which is told like any unknown name.
    Nobody,
}

impl Identifier {
    /// Takes whatever was typed.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        if text.contains('@') {
            Email::parse(text).map_or(Self::Nobody, Self::Email)
        } else {
            Username::parse(text).map_or(Self::Nobody, Self::Username)
        }
    }
}

/// Asks for a session.
#[derive(Debug, Clone)]
pub struct Credentials {
    /// Who.
    pub identifier: Identifier,
    /// The proof ([`Password::attempt`]).
    pub password: Password,
    /// For which API.
    pub dialect: Dialect,
    /// What the client calls itself, if it does; cut to [`Session::MAX_CLIENT_CHARS`].
    pub client: Option<String>,
}

/// A session and its fresh tokens. The tokens are nowhere stored.
#[derive(Debug, Clone)]
pub struct OpenedSession {
    /// The session.
    pub session: Session,
    /// Whose it is.
    pub account: Account,
    /// Good for [`Dialect::access_lifetime`].
    pub access_token: String,
    /// Good once.
    pub refresh_token: RefreshToken,
}

/// Why nobody was logged in.
#[derive(Debug, Error)]
pub enum LoginError {
    /// Unknown account or wrong password: never says which.
    #[error("wrong username, mail address or password")]
    WrongCredentials,
    /// The password could not be checked.
    #[error(transparent)]
    Hash(#[from] HashError),
    /// No token could be made.
    #[error(transparent)]
    Token(#[from] TokenError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Sessions {
    /// Checks the credentials and opens a session. An unknown account costs what a known one does.
    ///
    /// # Errors
    /// [`LoginError`]; then no session exists.
    pub async fn open(&self, credentials: Credentials) -> Result<OpenedSession, LoginError> {
        self.open_with(credentials, None).await
    }

    /// The same with a password that came under a data key. If its ciphertext is accepted, it is for the last time; one
    /// that was accepted before is a wrong password.
    ///
    /// # Errors
    /// [`LoginError`]; then no session exists, and the ciphertext was not used up.
    pub async fn open_with(
        &self,
        credentials: Credentials,
        used: Option<DataKeyUse>,
    ) -> Result<OpenedSession, LoginError> {
        let Credentials {
            identifier,
            password,
            dialect,
            client,
        } = credentials;
        let found = self.env.store.read(move |tx| find(tx, &identifier)).await?;
        let (account, hash) = found.unzip();
        let verdict = self
            .ports
            .hasher
            .verify(password.clone(), hash.clone())
            .await?;
        let (Some(account), Some(hash)) = (account, hash) else {
            return Err(LoginError::WrongCredentials);
        };
        let new_hash = match verdict {
            Verification::Wrong => return Err(LoginError::WrongCredentials),
            Verification::Right => None,
            Verification::RightButOutdated => Some(self.ports.hasher.hash(password).await?),
        };
        let opened = self.draft(account, dialect, client)?;
        let digest = self.digest(&opened);
        let row = opened.session.clone();
        let ended = self
            .env
            .store
            .write(move |tx| {
                if let Some(used) = used
                    && !tx.data_keys().record_use(&used)?
                {
                    return Err(LoginError::WrongCredentials);
                }
                record(tx, &row, &digest, &hash, new_hash.as_ref())
            })
            .await?;
        self.note_ended(&ended);
        Ok(opened)
    }

    /// A session that is to be stored, with its tokens, for somebody who has proved who they are.
    pub(crate) fn draft(
        &self,
        account: Account,
        dialect: Dialect,
        client: Option<String>,
    ) -> Result<OpenedSession, TokenError> {
        let now = self.env.now();
        let session = Session {
            id: self.env.new_id(),
            account: account.id,
            dialect,
            client: client.map(|name| name.chars().take(Session::MAX_CLIENT_CHARS).collect()),
            created_at: now,
            authenticated_at: now,
            expires_at: now + Session::LIFETIME,
        };
        let refresh_token = if dialect.has_named_tokens() {
            let claims = self.claims(&session, &account, now);
            RefreshToken::signed(self.ports.signer.sign_refresh(&claims)?)
        } else {
            RefreshToken::from_bytes(&self.env.random())
        };
        Ok(OpenedSession {
            access_token: self.issue_access(&session, &account, now)?,
            refresh_token,
            session,
            account,
        })
    }

    /// What is stored in place of the refresh token.
    pub(crate) fn digest(&self, opened: &OpenedSession) -> Digest {
        opened.refresh_token.digest(&*self.ports.digester)
    }
}

fn find(
    tx: &mut dyn Tx,
    identifier: &Identifier,
) -> Result<Option<(Account, PasswordHash)>, LoginError> {
    let account = match identifier {
        Identifier::Username(username) => tx.accounts().find_by_username(username)?,
        Identifier::Email(email) => tx.accounts().find_by_email(email)?,
        Identifier::Nobody => None,
    };
    let Some(account) = account else {
        return Ok(None);
    };
    let hash = tx.accounts().find_password(account.id)?;
    Ok(hash.map(|hash| (account, hash)))
}

/// Stores the session if `checked` is still the account's password: it may have been changed, or the account deleted,
/// while the hash was computed. The oldest session makes room if there are too many.
fn record(
    tx: &mut dyn Tx,
    session: &Session,
    refresh: &Digest,
    checked: &PasswordHash,
    rehashed: Option<&PasswordHash>,
) -> Result<Vec<EndedSession>, LoginError> {
    let unchanged = match rehashed {
        Some(new) => tx
            .accounts()
            .replace_password(session.account, checked, new)?,
        None => tx.accounts().find_password(session.account)?.as_ref() == Some(checked),
    };
    if !unchanged {
        return Err(LoginError::WrongCredentials);
    }
    let mut ended = Vec::new();
    let others = tx.sessions().list(session.account)?;
    let allowed = usize::try_from(Session::MAX_PER_ACCOUNT).unwrap_or(usize::MAX);
    for oldest in others.iter().skip(allowed.saturating_sub(1)) {
        ended.extend(end(tx, oldest, session.created_at)?);
    }
    tx.sessions().insert(session, refresh)?;
    Ok(ended)
}

impl DomainError for LoginError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::WrongCredentials => ErrorKind::Unauthenticated,
            Self::Hash(error) => error.kind(),
            Self::Token(_) => ErrorKind::Internal,
            Self::Store(error) => error.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::WrongCredentials => "wrong-credentials",
            Self::Hash(error) => error.code(),
            Self::Token(_) => "internal-error",
            Self::Store(error) => error.code(),
        }
    }

    fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::WrongCredentials | Self::Token(_) => None,
            Self::Hash(error) => error.retry_after(),
            Self::Store(error) => error.retry_after(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{MockTx, account, session};

    fn hash(text: &str) -> PasswordHash {
        PasswordHash::new(text.to_owned())
    }

    #[test]
    fn an_identifier_with_an_at_sign_is_an_address() {
        assert!(matches!(
            Identifier::parse("w@gmail.com"),
            Identifier::Email(_)
        ));
        assert!(matches!(Identifier::parse("w"), Identifier::Username(_)));
        for nobody in ["", "@", "a b", "a@b@c"] {
            assert_eq!(Identifier::parse(nobody), Identifier::Nobody);
        }
    }

    #[test]
    fn the_session_is_stored_while_the_password_stands() {
        let mut tx = MockTx::default();
        tx.accounts
            .expect_find_password()
            .returning(|_| Ok(Some(hash("checked"))));
        tx.sessions.expect_list().returning(|_| Ok(Vec::new()));
        tx.sessions.expect_insert().once().returning(|_, _| Ok(()));
        record(
            &mut tx,
            &session(account("alice").id),
            &[3; 32],
            &hash("checked"),
            None,
        )
        .unwrap();
    }

    #[test]
    fn a_password_changed_meanwhile_opens_nothing() {
        let mut tx = MockTx::default();
        tx.accounts
            .expect_find_password()
            .returning(|_| Ok(Some(hash("newer"))));
        let refused = record(
            &mut tx,
            &session(account("alice").id),
            &[3; 32],
            &hash("checked"),
            None,
        );
        assert!(matches!(refused, Err(LoginError::WrongCredentials)));
    }

    #[test]
    fn an_outdated_hash_is_replaced_with_the_session() {
        let mut tx = MockTx::default();
        tx.accounts
            .expect_replace_password()
            .withf(|_, old, new| old.as_str() == "old" && new.as_str() == "new")
            .once()
            .returning(|_, _, _| Ok(true));
        tx.sessions.expect_list().returning(|_| Ok(Vec::new()));
        tx.sessions.expect_insert().once().returning(|_, _| Ok(()));
        record(
            &mut tx,
            &session(account("alice").id),
            &[3; 32],
            &hash("old"),
            Some(&hash("new")),
        )
        .unwrap();
    }

    #[test]
    fn an_unknown_name_finds_nothing() {
        let mut tx = MockTx::default();
        tx.accounts
            .expect_find_by_username()
            .returning(|_| Ok(None));
        assert!(
            find(&mut tx, &Identifier::parse("nobody"))
                .unwrap()
                .is_none()
        );
        assert!(find(&mut tx, &Identifier::Nobody).unwrap().is_none());
    }
}
