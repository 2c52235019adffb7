//! Somebody comes back from a provider.

use thiserror::Error;

use super::{Federation, Identity, Intent, ProviderId, Transaction, TransactionSecret};
use crate::accounts::RegisterError;
use crate::authentication::{Admission, LoginError, Origin};
use crate::ports::{Digest, Exchange, ProviderError, StoreError, StoreExt, Tx};
use crate::sessions::Dialect;
use crate::{Secret, Timestamp};

/// What the provider sent back with the browser.
#[derive(Debug, Clone)]
pub enum Answer {
    /// A code, to be exchanged for proof.
    Code(Secret<String>),
    /// The person, or the provider, said no (`error=access_denied` and its like).
    Denied,
    /// The provider could not (`error=server_error`, `temporarily_unavailable`).
    Failed,
}

/// Brings a begun login back.
#[derive(Debug, Clone)]
pub struct Finish {
    /// Where they come from, by the address they came to.
    pub provider: ProviderId,
    /// Through which API.
    pub dialect: Dialect,
    /// The same as when it began.
    pub redirect_uri: String,
    /// The `state` of the URL.
    pub state: String,
    /// What the browser was given when it set out; None if it brings nothing.
    pub secret: Option<TransactionSecret>,
    /// What the provider says.
    pub answer: Answer,
    /// Who says it, if it is told (`iss`, RFC 9207).
    pub issuer: Option<String>,
    /// Where the browser is.
    pub origin: Origin,
}

/// What a login came to.
#[derive(Debug, Clone)]
pub enum Finished {
    /// Somebody is logged in, or a second factor is wanted.
    Admitted(Admission),
    /// Somebody who was logged in has an identity more.
    Linked(Identity),
}

/// Why a login came to nothing.
#[derive(Debug, Error)]
pub enum FinishError {
    /// There is no such provider.
    #[error("no such provider")]
    UnknownProvider,
    /// Not begun in this browser with this provider, finished already, or too late. Never says which.
    #[error(
        "this login was not begun in this browser, is finished already, or took longer than ten minutes: begin again"
    )]
    StateMismatch,
    /// The person or the provider declined.
    #[error("the login was declined at the provider")]
    Denied,
    /// The provider could not.
    #[error("the provider could not complete the login: begin again later")]
    Failed,
    /// What the provider says does not hold, or cannot be had.
    #[error(transparent)]
    Provider(#[from] ProviderError),
    /// The session that asked for the link has ended.
    #[error("the session that asked for this link has ended: log in again")]
    SessionEnded,
    /// They are linked to another account.
    #[error("this identity opens another account: log in with it and remove it there first")]
    IdentityTaken,
    /// The account has as many as it can.
    #[error("an account has at most 20 identities: remove one first")]
    TooManyIdentities,
    /// The operator lets nobody log in to this account.
    #[error("this account is disabled")]
    AccountDisabled,
    /// No account can be made for them.
    #[error(transparent)]
    Register(#[from] RegisterError),
    /// Others did the same at the same time, again and again.
    #[error("the login was overtaken by others: begin again")]
    Overtaken,
    /// They are not let in.
    #[error(transparent)]
    Login(#[from] LoginError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Federation {
    /// Logs in, or links, whoever comes back. What was begun is used up, whatever comes of it.
    ///
    /// # Errors
    /// [`FinishError`].
    pub async fn finish(&self, command: Finish) -> Result<Finished, FinishError> {
        let provider = self
            .provider(&command.provider)
            .ok_or(FinishError::UnknownProvider)?;
        let transaction = self.take(&command).await?;
        let code = match command.answer {
            Answer::Code(code) => code,
            Answer::Denied => return Err(FinishError::Denied),
            Answer::Failed => return Err(FinishError::Failed),
        };
        // `take` found it by the secret, so there is one.
        let secret = command.secret.ok_or(FinishError::StateMismatch)?;
        let proved = provider
            .exchange(Exchange {
                code,
                redirect_uri: command.redirect_uri,
                nonce: secret.nonce(&*self.digester),
                verifier: secret.verifier(&*self.digester),
                issuer: command.issuer,
            })
            .await?;
        match transaction.intent {
            Intent::LogIn => {
                let (dialect, origin) = (command.dialect, command.origin);
                let account = self.whose(&**provider, &proved, dialect, origin.address);
                let account = account.await?;
                let admission = self.authentication.admit(account, dialect, origin);
                Ok(Finished::Admitted(admission.await?))
            }
            Intent::Link { account, session } => {
                let linked = self.link(account, session, &proved, command.dialect);
                Ok(Finished::Linked(linked.await?))
            }
        }
    }

    /// The begun login that this is the end of. It is gone for good before anybody is asked anything.
    async fn take(&self, command: &Finish) -> Result<Transaction, FinishError> {
        let secret = command.secret.as_ref().ok_or(FinishError::StateMismatch)?;
        let secret = secret.digest(&*self.digester);
        let state = self.digester.digest(command.state.as_bytes());
        let taken = self
            .env
            .store
            .write(move |tx| take(tx, &state, &secret))
            .await?;
        let now = self.env.now();
        taken
            .filter(|begun| fits(begun, &command.provider, command.dialect, now))
            .ok_or(FinishError::StateMismatch)
    }
}

fn take(
    tx: &mut dyn Tx,
    state: &Digest,
    secret: &Digest,
) -> Result<Option<Transaction>, StoreError> {
    tx.identities().take(state, secret)
}

/// Whether it ends where it began, in time. An answer of one provider at the door of another is the mix-up attack (RFC
/// 9700, section 4.4).
fn fits(begun: &Transaction, provider: &ProviderId, dialect: Dialect, now: Timestamp) -> bool {
    begun.provider == *provider
        && begun.dialect == dialect
        && now.since(begun.created_at) < Transaction::LIFETIME
}

domain_error!(FinishError {
    UnknownProvider: NotFound, "unknown-provider";
    StateMismatch: Forbidden, "federation-state-mismatch";
    Denied: Forbidden, "federation-denied";
    Failed: Unavailable, "federation-provider-failed";
    SessionEnded: Unauthenticated, "session-ended";
    IdentityTaken: Conflict, "identity-taken";
    TooManyIdentities: Conflict, "too-many-identities";
    AccountDisabled: Forbidden, "account-disabled";
    Overtaken: Unavailable, "federation-overtaken";
} else { Provider, Register, Login, Store });

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(10_000);

    fn begun(ago: u64) -> Transaction {
        Transaction {
            state: [1; 32],
            secret: [2; 32],
            provider: ProviderId::parse("corp").unwrap(),
            dialect: Dialect::Native,
            intent: Intent::LogIn,
            origin: [3; 32],
            created_at: NOW - Duration::from_secs(ago),
        }
    }

    fn fits(ago: u64, provider: &str, dialect: Dialect) -> bool {
        let provider = ProviderId::parse(provider).unwrap();
        super::fits(&begun(ago), &provider, dialect, NOW)
    }

    #[test]
    fn a_login_ends_with_its_provider_through_its_door_and_in_time() {
        assert!(fits(599, "corp", Dialect::Native));
        assert!(!fits(600, "corp", Dialect::Native), "expired");
        assert!(!fits(0, "42", Dialect::Native), "mix-up");
        assert!(!fits(0, "corp", Dialect::Social), "another door");
    }
}
