//! Somebody makes an account together with the key that others are to seal to, and is logged in at once.

use std::sync::Arc;
use std::time::Duration;

use thiserror::Error;

use crate::accounts::{self, AccountDraft, Accounts, Password, Register, RegisterError};
use crate::audit::{AuditEvent, AuditKind};
use crate::avatars::Avatars;
use crate::data_keys::DataKeyUse;
use crate::keys::{self, ChangeKeysError, KeyUse, Keys, PublicKey};
use crate::mailbox_keys::MailboxKeys;
use crate::ports::{
    KeyMaterial, PrivatePemError, RsaPem, StoreError, StoreExt, TokenDigests, TokenError, Tx,
};
use crate::sessions::{OpenedSession, Session, Sessions};
use crate::{DomainError, Environment, ErrorKind, Secret};

/// The key somebody brings along.
#[derive(Debug, Clone)]
pub enum EnrolledKey {
    /// PEM of an RSA public key.
    Public(String),
    /// PEM of an RSA private key, encrypted with the account's password. It is opened once, to learn the public half, and
    /// kept nowhere.
    Private(Secret<String>),
}

/// Asks for an account, a key and a session.
#[derive(Debug, Clone)]
pub struct Enrol {
    /// The account, and by its dialect also which API the session is for.
    pub account: Register,
    /// Its key, for use [`KeyUse::Seal`].
    pub key: EnrolledKey,
    /// What the client calls itself, if it does.
    pub client: Option<String>,
    /// The ciphertext that the password came in, if it did ([`crate::data_keys::OpenedPassword::used`]).
    pub used: Option<DataKeyUse>,
}

/// Why there is neither account nor key nor session.
#[derive(Debug, Error)]
pub enum EnrolError {
    /// No account can be made.
    #[error(transparent)]
    Account(#[from] RegisterError),
    /// The private key tells nothing.
    #[error(transparent)]
    Private(#[from] PrivatePemError),
    /// The key is not taken.
    #[error("{error}")]
    Key {
        /// Why.
        #[source]
        error: ChangeKeysError,
        /// The field it came in.
        field: &'static str,
    },
    /// The password's ciphertext was accepted once before.
    #[error("this encrypted password was used before: encrypt it again")]
    Repeated,
    /// No token could be made.
    #[error(transparent)]
    Token(#[from] TokenError),
}

/// The use case over those of accounts, keys and sessions. Cloning is cheap.
#[derive(Clone)]
pub struct Enrolment {
    pub(super) env: Environment,
    pub(super) accounts: Accounts,
    pub(super) mailbox_keys: MailboxKeys,
    keys: Keys,
    sessions: Sessions,
    pem: Arc<dyn RsaPem>,
    pub(super) avatars: Avatars,
}

/// What one unit of work stores.
struct Rows {
    account: AccountDraft,
    key: PublicKey,
    published: AuditEvent,
    session: Session,
    tokens: TokenDigests,
    used: Option<DataKeyUse>,
}

impl Enrolment {
    /// The service over the others.
    #[must_use]
    pub fn new(
        env: Environment,
        accounts: Accounts,
        (keys, mailbox_keys): (Keys, MailboxKeys),
        sessions: Sessions,
        pem: Arc<dyn RsaPem>,
        avatars: Avatars,
    ) -> Self {
        Self {
            env,
            accounts,
            mailbox_keys,
            keys,
            sessions,
            pem,
            avatars,
        }
    }

    /// Makes an account, publishes its key and opens a session, all or nothing.
    ///
    /// # Errors
    /// [`EnrolError`].
    pub async fn enrol(&self, command: Enrol) -> Result<OpenedSession, EnrolError> {
        // Opening an encrypted key costs up to a second: not for somebody who is refused anyhow.
        let invite = command.account.invite.as_ref();
        let address = command.account.address;
        let permit = self.accounts.permit(invite, address).await?;
        let key = self.key(command.key, &command.account.password).await?;
        let dialect = command.account.dialect;
        let account = self.accounts.draft(command.account, permit).await?;
        let opened = self
            .sessions
            .draft(account.account.clone(), dialect, command.client, None)?;
        let (owner, kind) = (account.account.id, AuditKind::KeyPublished);
        let rows = Rows {
            account,
            published: AuditEvent::outside(owner, Some(dialect), &self.env, kind)
                .about(*key.id.as_bytes()),
            key,
            session: opened.session.clone(),
            tokens: self.sessions.digests(&opened),
            used: command.used,
        };
        self.env.store.write(move |tx| enrol(tx, &rows)).await?;
        Ok(opened)
    }

    async fn key(&self, key: EnrolledKey, password: &Password) -> Result<PublicKey, EnrolError> {
        let (pem, field) = match key {
            EnrolledKey::Public(pem) => (pem, "public_key"),
            EnrolledKey::Private(pem) => {
                let public = self.pem.public_half(pem, password.clone()).await?;
                (public, "private_key")
            }
        };
        self.keys
            .draft(KeyUse::Seal, &KeyMaterial::Pem(pem))
            .map_err(|error| EnrolError::Key { error, field })
    }
}

fn enrol(tx: &mut dyn Tx, rows: &Rows) -> Result<(), EnrolError> {
    if let Some(used) = &rows.used
        && !tx.data_keys().record_use(used)?
    {
        return Err(EnrolError::Repeated);
    }
    accounts::add(tx, &rows.account)?;
    let owner = rows.account.account.id;
    keys::publish(tx, owner, &rows.key, None, &[rows.published]).map_err(|error| match error {
        ChangeKeysError::Store(error) => error.into(),
        error => EnrolError::Key {
            error,
            field: "public_key",
        },
    })?;
    tx.sessions().insert(&rows.session, &rows.tokens)?;
    Ok(())
}

impl From<StoreError> for EnrolError {
    fn from(error: StoreError) -> Self {
        Self::Account(error.into())
    }
}

impl DomainError for EnrolError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Account(error) => error.kind(),
            Self::Private(error) => error.kind(),
            Self::Key { error, .. } => error.kind(),
            Self::Repeated => ErrorKind::Unauthenticated,
            Self::Token(_) => ErrorKind::Internal,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Account(error) => error.code(),
            Self::Private(error) => error.code(),
            Self::Key { error, .. } => error.code(),
            Self::Repeated => "wrong-credentials",
            Self::Token(_) => "internal-error",
        }
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            Self::Account(error) => error.field(),
            Self::Private(error) => error.field(),
            Self::Key { field, .. } => Some(field),
            Self::Repeated | Self::Token(_) => None,
        }
    }

    fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Account(error) => error.retry_after(),
            Self::Private(error) => error.retry_after(),
            Self::Key { error, .. } => error.retry_after(),
            Self::Repeated | Self::Token(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_executor::block_on;

    use super::*;
    use crate::Timestamp;
    use crate::accounts::{RegistrationPolicy, Username};
    use crate::ports::{
        MockKeyInspector, MockPasswordHasher, MockPictureProcessor, MockRsaPem, MockTokenSigner,
        Store, Unit,
    };
    use crate::sessions::{Dialect, SessionPorts};
    use crate::testing::{CountingEntropy, FixedClock, account_ports};

    /// A store that nobody may touch.
    struct Untouched;

    #[async_trait::async_trait]
    impl Store for Untouched {
        async fn run_write(&self, _: Unit) -> Result<(), StoreError> {
            panic!("written")
        }

        async fn run_read(&self, _: Unit) -> Result<(), StoreError> {
            panic!("read")
        }

        async fn probe(&self) -> Result<(), StoreError> {
            panic!("probed")
        }
    }

    struct NoDigests;

    impl crate::ports::Digester for NoDigests {
        fn digest(&self, _: &[u8]) -> crate::ports::Digest {
            [0; 32]
        }

        fn mac(&self, _: crate::ports::MacPurpose, _: &[u8]) -> crate::ports::Digest {
            [0; 32]
        }
    }

    #[test]
    fn where_registration_is_closed_nothing_costly_is_done() {
        for (policy, code) in [
            (RegistrationPolicy::Closed, "registration-closed"),
            (RegistrationPolicy::Invite, "invite-required"),
        ] {
            assert_eq!(refused_under(policy).code(), code);
        }
    }

    /// What somebody without an invite is told; whoever does anything for them fails the test.
    fn refused_under(policy: RegistrationPolicy) -> EnrolError {
        let env = Environment {
            store: Arc::new(Untouched),
            clock: Arc::new(FixedClock::at(Timestamp::from_seconds(1))),
            entropy: Arc::new(CountingEntropy::default()),
        };
        // Mocks without expectations: whoever calls them fails the test.
        let hasher: Arc<MockPasswordHasher> = Arc::new(MockPasswordHasher::new());
        let ports = SessionPorts {
            signer: Arc::new(MockTokenSigner::new()),
            digester: Arc::new(NoDigests),
        };
        let inspector = Arc::new(MockKeyInspector::new());
        let keys = Keys::new(env.clone(), inspector.clone());
        let pem = Arc::new(MockRsaPem::new());
        let mailbox_keys = MailboxKeys::new(env.clone(), keys.clone(), inspector, pem);
        let enrolment = Enrolment::new(
            env.clone(),
            Accounts::new(env.clone(), account_ports(&env, hasher), policy),
            (keys, mailbox_keys),
            Sessions::new(env.clone(), ports, "https://us"),
            Arc::new(MockRsaPem::new()),
            Avatars::new(env, Arc::new(MockPictureProcessor::new())),
        );
        block_on(enrolment.enrol(Enrol {
            account: Register {
                username: Username::parse("alice").unwrap(),
                password: Password::parse("a long password").unwrap(),
                email: None,
                dialect: Dialect::Messenger,
                invite: None,
                address: None,
            },
            key: EnrolledKey::Private(Secret::new("a costly key".to_owned())),
            client: None,
            used: None,
        }))
        .unwrap_err()
    }
}
