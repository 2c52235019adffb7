//! Somebody sets out for a provider.

use std::net::IpAddr;
use std::time::Duration;

use thiserror::Error;

use super::{Federation, Intent, ProviderId, Transaction, TransactionSecret};
use crate::ports::{
    AuthorizationRequest, Digest, MacPurpose, ProviderError, StoreError, StoreExt, Tx,
};
use crate::sessions::{Actor, Dialect, Session};
use crate::text::hex;
use crate::{DomainError, ErrorKind};

/// Asks for the way to a provider.
#[derive(Debug, Clone)]
pub struct Begin {
    /// To which.
    pub provider: ProviderId,
    /// Through which API they will come back.
    pub dialect: Dialect,
    /// Where the provider sends them back to, as it is registered there: of the configured public URL, never of what a
    /// client sent.
    pub redirect_uri: String,
    /// From where it is asked, as limits count it (for IPv6 the /64).
    pub origin: IpAddr,
}

/// The way to a provider.
#[derive(Debug, Clone)]
pub struct Begun {
    /// Where the browser goes.
    pub url: String,
    /// What the browser must bring back.
    pub secret: TransactionSecret,
}

/// Why nobody sets out.
#[derive(Debug, Error)]
pub enum BeginError {
    /// There is no such provider.
    #[error("no such provider")]
    UnknownProvider,
    /// The login is too old for linking.
    #[error("linking an identity needs a login not older than 15 minutes: log in again")]
    StepUp,
    /// Too many were begun from there and not finished, or too many are open altogether.
    #[error("too many logins were begun and not finished")]
    TooMany {
        /// When to try again.
        retry_after: Duration,
    },
    /// The provider's side does not work.
    #[error(transparent)]
    Provider(#[from] ProviderError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Federation {
    /// Begins a login of whoever will come back.
    ///
    /// # Errors
    /// [`BeginError`].
    pub async fn begin_login(&self, command: Begin) -> Result<Begun, BeginError> {
        self.begin(command, Intent::LogIn).await
    }

    /// Begins linking whoever will come back to the caller's account. Needs a login within
    /// [`Session::STEP_UP_WINDOW`].
    ///
    /// # Errors
    /// [`BeginError`].
    pub async fn begin_link(&self, actor: &Actor, command: Begin) -> Result<Begun, BeginError> {
        if self.env.now().since(actor.authenticated_at()) > Session::STEP_UP_WINDOW {
            return Err(BeginError::StepUp);
        }
        let intent = Intent::Link {
            account: actor.account(),
            session: actor.session(),
        };
        self.begin(command, intent).await
    }

    async fn begin(&self, command: Begin, intent: Intent) -> Result<Begun, BeginError> {
        let provider = self
            .provider(&command.provider)
            .ok_or(BeginError::UnknownProvider)?;
        let secret = TransactionSecret::from_bytes(&self.env.random());
        let state = hex(&self.env.random::<32>());
        let transaction = Transaction {
            state: self.digester.digest(state.as_bytes()),
            secret: secret.digest(&*self.digester),
            provider: command.provider,
            dialect: command.dialect,
            intent,
            origin: self.origin(command.origin),
            created_at: self.env.now(),
        };
        let request = AuthorizationRequest {
            redirect_uri: command.redirect_uri,
            state,
            nonce: secret.nonce(&*self.digester),
            verifier: secret.verifier(&*self.digester),
        };
        let url = provider.authorization(&request).await?;
        self.env
            .store
            .write(move |tx| open(tx, &transaction))
            .await?;
        Ok(Begun { url, secret })
    }

    /// An address as it is stored: it can be counted by and not read.
    fn origin(&self, address: IpAddr) -> Digest {
        let data = format!("origin\0{address}");
        self.digester.mac(MacPurpose::Federation, data.as_bytes())
    }
}

fn open(tx: &mut dyn Tx, transaction: &Transaction) -> Result<(), BeginError> {
    let now = transaction.created_at;
    let here = tx
        .identities()
        .count_begun(Some(transaction.origin), now - Transaction::KEPT)?;
    if here >= Transaction::MAX_PER_ORIGIN {
        return Err(BeginError::TooMany {
            retry_after: Transaction::LIFETIME,
        });
    }
    let everywhere = tx
        .identities()
        .count_begun(None, now - Transaction::LIFETIME)?;
    if everywhere >= Transaction::MAX_OPEN {
        return Err(BeginError::TooMany {
            retry_after: Duration::from_secs(60),
        });
    }
    Ok(tx.identities().begin(transaction)?)
}

impl DomainError for BeginError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::UnknownProvider => ErrorKind::NotFound,
            Self::StepUp => ErrorKind::Unauthenticated,
            Self::TooMany { .. } => ErrorKind::RateLimited,
            Self::Provider(error) => error.kind(),
            Self::Store(error) => error.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::UnknownProvider => "unknown-provider",
            Self::StepUp => "insufficient-user-authentication",
            Self::TooMany { .. } => "too-many-requests",
            Self::Provider(error) => error.code(),
            Self::Store(error) => error.code(),
        }
    }

    fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::UnknownProvider | Self::StepUp => None,
            Self::TooMany { retry_after } => Some(*retry_after),
            Self::Provider(error) => error.retry_after(),
            Self::Store(error) => error.retry_after(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Timestamp;
    use crate::testing::MockTx;

    fn transaction() -> Transaction {
        Transaction {
            state: [1; 32],
            secret: [2; 32],
            provider: ProviderId::parse("corp").unwrap(),
            dialect: Dialect::Native,
            intent: Intent::LogIn,
            origin: [3; 32],
            created_at: Timestamp::from_seconds(10_000),
        }
    }

    fn begun(here: u64, everywhere: u64) -> Result<(), BeginError> {
        let mut tx = MockTx::default();
        tx.identities
            .expect_count_begun()
            .returning(move |origin, since| {
                let seconds = if origin.is_some() { 6_400 } else { 9_400 };
                assert_eq!(since, Timestamp::from_seconds(seconds));
                Ok(if origin.is_some() { here } else { everywhere })
            });
        tx.identities.expect_begin().returning(|_| Ok(()));
        open(&mut tx, &transaction())
    }

    #[test]
    fn unfinished_logins_are_bounded_by_place_and_altogether() {
        assert!(begun(99, 9_999).is_ok());
        for (here, everywhere) in [(100, 0), (0, 10_000)] {
            let error = begun(here, everywhere).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::RateLimited);
            assert!(error.retry_after().is_some());
        }
    }
}
