//! Somebody comes back with the second factor.

use super::enter::Proof;
use super::{Admission, Authentication, LoginError, Origin, Ticket};
use crate::Timestamp;
use crate::accounts::Account;
use crate::factors::FactorCode;
use crate::ports::{Digest, Digester, StoreError, StoreExt, StoredTicket, Tx};
use crate::sessions::OpenedSession;
use crate::throttle::{Rate, Subject, Throttles, TooMany};

impl Authentication {
    /// Finishes a login that waits for its second factor. Each try is spent before the code is looked at.
    ///
    /// # Errors
    /// [`LoginError`]; then no session exists.
    pub async fn complete(
        &self,
        ticket: &Ticket,
        code: FactorCode,
        origin: Origin,
    ) -> Result<OpenedSession, LoginError> {
        let digester = self.ports.factors.digester.clone();
        let digest = ticket.digest(&*digester);
        let now = self.env.now();
        let throttles = self.ports.throttles.clone();
        let address = Subject::Address(origin.address);
        let spent = self
            .env
            .store
            .write(move |tx| spend(tx, (&throttles, &*digester), &address, &digest, now))
            .await??;
        let (account, stored) = spent.ok_or(LoginError::InvalidTicket)?;
        let opened = self
            .sessions
            .draft(account, stored.dialect, origin.client, None)?;
        let entry = self.entry(&opened, Proof::Ticket(digest), None, Some(code));
        match self.enter(entry, opened).await? {
            Admission::Opened(opened) => Ok(*opened),
            // A code was brought, so none can be asked for.
            Admission::SecondFactor(_) => Err(LoginError::InvalidTicket),
        }
    }
}

/// Spends a try, and says whose login it is; None if it is none any more. That is no error: the request was counted.
fn spend(
    tx: &mut dyn Tx,
    (throttles, digester): (&Throttles, &dyn Digester),
    address: &Subject,
    digest: &Digest,
    now: Timestamp,
) -> Result<Result<Option<(Account, StoredTicket)>, TooMany>, StoreError> {
    if let Err(too_many) = throttles.spend(tx, Rate::Logins, address, now)? {
        return Ok(Err(too_many));
    }
    let Some(stored) = tx.tickets().find(digest, now)? else {
        return Ok(Ok(None));
    };
    let Some(account) = tx.accounts().find(stored.account)? else {
        return Ok(Ok(None));
    };
    if let Some(checked) = &stored.checked {
        let hash = tx.accounts().find_password(account.id)?;
        let stands = hash.is_some_and(|hash| digester.digest(hash.as_str().as_bytes()) == *checked);
        if !stands {
            return Ok(Ok(None));
        }
    }
    let spent = tx.tickets().spend_try(digest, now)?;
    Ok(Ok(spent.then_some((account, stored))))
}
