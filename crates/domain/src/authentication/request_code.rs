//! Somebody asks for the code of their login to be mailed.

use std::net::IpAddr;

use thiserror::Error;

use super::{Authentication, Ticket};
use crate::Timestamp;
use crate::accounts::{Account, AccountId, Email, Username, mail_address};
use crate::codes::{self, CodePurpose, CodePut, MailedCode};
use crate::mail::{self, Mail, MailMessage, SealedMail};
use crate::ports::{Digest, StoreError, StoreExt, Tx};
use crate::throttle::{Rate, Subject, Throttles, TooMany};

/// For which login.
#[derive(Debug, Clone)]
pub enum CodeRequest {
    /// For one that has begun.
    Ticket(Ticket),
    /// For one that is about to begin: of the account that has both.
    Account {
        /// Its name.
        username: Username,
        /// Its address.
        email: Email,
    },
    /// For none that there can be: no account has such a name or address. It costs what any other costs.
    Nobody,
}

/// Why the request is not even looked at. Whether anybody gets a mail is never told.
#[derive(Debug, Error)]
pub enum RequestCodeError {
    /// Too many requests from one address.
    #[error(transparent)]
    TooMany(#[from] TooMany),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

domain_error!(RequestCodeError {} else { TooMany, Store });

/// Nobody's account, for whom the same work is done.
const NOBODY: AccountId = AccountId::from_bytes([0; 16]);

impl Authentication {
    /// Mails a code, if there is such a login and its account has codes by mail switched on. One that was sent within the
    /// last minute is not replaced. The caller learns nothing of it.
    ///
    /// # Errors
    /// [`RequestCodeError`].
    pub async fn request_code(
        &self,
        request: CodeRequest,
        address: IpAddr,
    ) -> Result<(), RequestCodeError> {
        let now = self.env.now();
        let whose = match request {
            CodeRequest::Ticket(ticket) => {
                Whose::Ticket(ticket.digest(&*self.ports.factors.digester))
            }
            CodeRequest::Account { username, email } => Whose::Named(username, email),
            CodeRequest::Nobody => Whose::Nobody,
        };
        let account = self.env.store.read(move |tx| find(tx, &whose, now)).await?;
        let (code, mail) = self.draft_code(account.as_ref());
        let id = account.map(|account| account.id);
        let throttles = self.ports.throttles.clone();
        self.env
            .store
            .write(move |tx| send(tx, &throttles, address, id, (&code, &mail), now))
            .await??;
        Ok(())
    }

    fn draft_code(&self, account: Option<&Account>) -> (MailedCode, SealedMail) {
        let id = account.map_or(NOBODY, |account| account.id);
        let digester = &*self.ports.factors.digester;
        let to = account.and_then(|account| account.email.clone());
        // It proves the address as well that it is mailed to.
        let purpose = CodePurpose::Login;
        let drafted = codes::draft(&self.env, digester, id, purpose, to.clone());
        let mail = Mail {
            to: to.unwrap_or_else(|| Email::restore(String::new(), String::new())),
            username: account
                .map_or("", |account| account.username.as_str())
                .to_owned(),
            not_after: drafted.row.expires_at,
            message: MailMessage::LoginCode { code: drafted.code },
        };
        (drafted.row, self.ports.outbox.seal(&mail))
    }
}

enum Whose {
    Ticket(Digest),
    Named(Username, Email),
    Nobody,
}

/// Whose codes may be mailed.
fn find(tx: &mut dyn Tx, whose: &Whose, now: Timestamp) -> Result<Option<Account>, StoreError> {
    let account = match whose {
        Whose::Ticket(digest) => match tx.tickets().find(digest, now)? {
            Some(ticket) => tx.accounts().find(ticket.account)?,
            None => None,
        },
        Whose::Named(username, email) => {
            let named = tx.accounts().find_by_username(username)?;
            named.filter(|account| account.email.as_ref() == Some(email))
        }
        Whose::Nobody => None,
    };
    let Some(account) = account else {
        return Ok(None);
    };
    if mail_address(tx, &account)?.is_none() {
        return Ok(None);
    }
    let on = tx.factors().find_set(account.id)?.email_code.is_some();
    Ok(on.then_some(account))
}

fn send(
    tx: &mut dyn Tx,
    throttles: &Throttles,
    address: IpAddr,
    account: Option<AccountId>,
    (code, mail): (&MailedCode, &SealedMail),
    now: Timestamp,
) -> Result<Result<(), TooMany>, StoreError> {
    let from = Subject::Address(address);
    if let Err(too_many) = throttles.spend(tx, Rate::CodeRequests, &from, now)? {
        return Ok(Err(too_many));
    }
    let Some(account) = account else {
        return Ok(Ok(()));
    };
    let whose = Subject::Account(account);
    let within_rate = throttles
        .spend(tx, Rate::CodesOfAccount, &whose, now)?
        .is_ok();
    if within_rate && codes::put(tx, code)? == CodePut::Put {
        mail::enqueue(tx, mail)?;
    }
    Ok(Ok(()))
}
