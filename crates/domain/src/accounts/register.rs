//! Somebody makes an account.

use std::net::IpAddr;

use thiserror::Error;

use super::verification::Verification;
use super::{Account, Accounts, Email, Password, PasswordError, Permit, Username};
use crate::audit::{AuditEvent, AuditKind};
use crate::avatars::Avatar;
use crate::challenges::ChallengeFailed;
use crate::invites::InviteCode;
use crate::ports::{Constraint, HashError, PasswordHash, StoreError, StoreExt, Tx};
use crate::sessions::Dialect;
use crate::throttle::TooMany;

/// Asks for a new account.
#[derive(Debug, Clone)]
pub struct Register {
    /// The name to be found by.
    pub username: Username,
    /// The password to log in with.
    pub password: Password,
    /// Where mail goes, if anywhere.
    pub email: Option<Email>,
    /// Through which API it is asked for.
    pub dialect: Dialect,
    /// The invite, where one is needed.
    pub invite: Option<InviteCode>,
    /// The network address it is asked from, which rates are counted by (for IPv6 its /64); None if from this process.
    pub address: Option<IpAddr>,
}

/// Who gets an account.
pub(crate) struct Newcomer {
    pub(crate) username: Username,
    pub(crate) password: Password,
    pub(crate) email: Option<Email>,
    /// Through which API; None if from the operator's shell.
    pub(crate) dialect: Option<Dialect>,
}

/// All of an account that is to be stored.
pub(crate) struct AccountDraft {
    pub(crate) account: Account,
    pub(crate) hash: PasswordHash,
    /// Who let its owner in.
    pub(crate) permit: Permit,
    /// What its audit trail begins with.
    pub(crate) registered: AuditEvent,
    /// Whether an address that another account has stands in the way.
    pub(crate) wants_free_address: bool,
    /// What proves the address, if there is one.
    pub(crate) verification: Option<Verification>,
    /// Whether it starts with codes by mail as its second step; the first of them then proves the address.
    pub(crate) mailed_step: bool,
}

/// Why no account was made.
#[derive(Debug, Error)]
pub enum RegisterError {
    /// The operator lets nobody register.
    #[error("registration is closed on this server")]
    Closed,
    /// Too many accounts were made from one address.
    #[error(transparent)]
    TooMany(#[from] TooMany),
    /// The password is not taken.
    #[error(transparent)]
    Password(#[from] PasswordError),
    /// The operator lets in who has an invite, and there is none.
    #[error("registration on this server needs an invite")]
    InviteRequired,
    /// The invite is unknown, used up, expired or revoked: never says which.
    #[error("this invite is not good, or not any more")]
    InvalidInvite,
    /// The operator wants a challenge to be answered, and none was.
    #[error("this server wants a sentence completed: get one from /v1/challenges")]
    ChallengeRequired,
    /// The challenge was not answered as people answer it.
    #[error(transparent)]
    Challenge(#[from] ChallengeFailed),
    /// The name belongs to somebody else.
    #[error("this username is taken: choose another")]
    UsernameTaken,
    /// Another account has the address. Only where an account needs one of its own ([`Dialect::needs_own_address`]).
    #[error("this mail address is in use")]
    EmailTaken,
    /// The account's logins would want a code by mail, and there is no address.
    #[error("this needs a mail address: the codes of logins go there")]
    EmailRequired,
    /// The password could not be hashed.
    #[error(transparent)]
    Hash(#[from] HashError),
    /// The store failed.
    #[error(transparent)]
    Store(StoreError),
}

impl Accounts {
    /// Makes an account and returns it. If it names a mail address, the code that proves it is mailed there; if another
    /// account has proved the address, a mail that says so. The caller is told the same in both cases, except through a
    /// dialect whose accounts need an address of their own ([`RegisterError::EmailTaken`]).
    ///
    /// # Errors
    /// [`RegisterError`]; then no account exists.
    pub async fn register(&self, command: Register) -> Result<Account, RegisterError> {
        let permit = self
            .permit(command.invite.as_ref(), command.address)
            .await?;
        let draft = self.draft(command, permit).await?;
        self.env.store.write(move |tx| add(tx, &draft)).await
    }

    /// All of an account that is to be stored, for a unit of work that stores more than it ([`add`]).
    pub(crate) async fn draft(
        &self,
        command: Register,
        permit: Permit,
    ) -> Result<AccountDraft, RegisterError> {
        self.check_new_password(&command.password, command.dialect)?;
        let mailed_step = command.dialect.starts_with_mailed_step();
        if mailed_step && command.email.is_none() {
            return Err(RegisterError::EmailRequired);
        }
        let newcomer = Newcomer {
            username: command.username,
            password: command.password,
            email: command.email,
            dialect: Some(command.dialect),
        };
        let draft = self.draft_of(newcomer, permit).await?;
        let verification = draft.verification.filter(|_| !mailed_step);
        Ok(AccountDraft {
            verification,
            mailed_step,
            ..draft
        })
    }

    /// The same for somebody who does not ask for it themselves.
    pub(crate) async fn draft_of(
        &self,
        newcomer: Newcomer,
        permit: Permit,
    ) -> Result<AccountDraft, HashError> {
        let hash = self.ports.hasher.hash(newcomer.password).await?;
        let account = Account {
            id: self.env.new_id(),
            username: newcomer.username,
            email: newcomer.email,
            email_verified_at: None,
            disabled_at: None,
            renamed_at: None,
            avatar: Avatar::Default,
            created_at: self.env.now(),
        };
        let (dialect, kind) = (newcomer.dialect, AuditKind::Registered);
        let registered = AuditEvent::outside(account.id, dialect, &self.env, kind);
        Ok(AccountDraft {
            wants_free_address: dialect.is_none_or(Dialect::needs_own_address),
            verification: self.draft_verification(&account, account.email.as_ref()),
            account,
            hash,
            permit,
            registered,
            mailed_step: false,
        })
    }
}

/// Stores a drafted account, and takes the answer and the use of the invite that it came by.
pub(crate) fn add(tx: &mut dyn Tx, draft: &AccountDraft) -> Result<Account, RegisterError> {
    // These first: who has none does not learn which names are taken.
    let redeemed = draft.permit.redeem(tx, draft.account.created_at)?;
    let taken = match &draft.account.email {
        Some(email) if draft.wants_free_address => tx.accounts().find_by_email(email)?.is_some(),
        _ => false,
    };
    tx.accounts().insert(&draft.account, &draft.hash)?;
    if taken {
        return Err(RegisterError::EmailTaken);
    }
    if let Some(redeemed) = redeemed {
        redeemed.made(tx, &draft.account)?;
    }
    tx.audit().append(&draft.registered)?;
    if let Some(verification) = &draft.verification {
        verification.send(tx)?;
    }
    if draft.mailed_step {
        tx.factors()
            .put_email_code(draft.account.id, draft.account.created_at)?;
    }
    Ok(draft.account.clone())
}

impl From<StoreError> for RegisterError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Conflict(Constraint::Username) => Self::UsernameTaken,
            StoreError::Conflict(Constraint::Email) => Self::EmailTaken,
            other => Self::Store(other),
        }
    }
}

domain_error!(RegisterError {
    Closed: Forbidden, "registration-closed";
    InviteRequired: Forbidden, "invite-required", "invite";
    InvalidInvite: Forbidden, "invalid-invite", "invite";
    ChallengeRequired: Forbidden, "challenge-required", "challenge";
    UsernameTaken: Conflict, "username-taken", "username";
    EmailTaken: Conflict, "email-taken", "email";
    EmailRequired: Invalid, "email-required", "email";
} else { TooMany, Password, Challenge, Hash, Store });

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operators::Operator;
    use crate::testing::{MockTx, account, audit_event};
    use crate::{DomainError as _, ErrorKind};

    fn draft() -> AccountDraft {
        let account = account("alice");
        AccountDraft {
            hash: PasswordHash::new("$argon2id$".to_owned()),
            permit: Permit::by(Operator::for_tests()),
            registered: audit_event(account.id, AuditKind::Registered),
            wants_free_address: false,
            verification: None,
            mailed_step: false,
            account,
        }
    }

    #[test]
    fn the_account_its_hash_and_the_first_line_of_its_trail_are_stored() {
        let mut tx = MockTx::default();
        tx.accounts
            .expect_insert()
            .withf(|a, h| a.username.as_str() == "alice" && h.as_str() == "$argon2id$")
            .once()
            .returning(|_, _| Ok(()));
        tx.audit
            .expect_append()
            .withf(|event| *event == draft().registered)
            .once()
            .returning(|_| Ok(()));
        assert_eq!(add(&mut tx, &draft()).unwrap(), account("alice"));
    }

    fn refused(tx: &mut MockTx, draft: &AccountDraft, code: &str, field: &str) {
        let error = add(tx, draft).unwrap_err();
        assert_eq!(
            (error.kind(), error.code(), error.field()),
            (ErrorKind::Conflict, code, Some(field))
        );
    }

    #[test]
    fn a_taken_name_names_its_field() {
        let mut tx = MockTx::default();
        tx.accounts
            .expect_insert()
            .returning(|_, _| Err(StoreError::Conflict(Constraint::Username)));
        refused(&mut tx, &draft(), "username-taken", "username");
    }

    #[test]
    fn an_address_that_somebody_has_is_refused_where_the_documents_say_so() {
        let mut draft = draft();
        draft.account.email = Some(Email::parse("x@y.example").unwrap());
        draft.wants_free_address = true;
        let mut tx = MockTx::default();
        tx.accounts
            .expect_find_by_email()
            .returning(|_| Ok(Some(account("bob"))));
        tx.accounts.expect_insert().returning(|_, _| Ok(()));
        refused(&mut tx, &draft, "email-taken", "email");

        draft.wants_free_address = false;
        tx.audit.expect_append().once().returning(|_| Ok(()));
        add(&mut tx, &draft).unwrap();
    }
}
