//! A stranger whom a provider vouches for gets an account.

use std::net::IpAddr;

use super::link::{Attachment, attach};
use super::usernames::candidates;
use super::{Federation, FinishError};
use crate::accounts::{self, Account, AccountDraft, Email, Permit, RegisterError, Username};
use crate::audit::{AuditEvent, AuditKind};
use crate::avatars::Avatar;
use crate::ports::{PasswordHash, ProvedIdentity, StoreExt, Tx};
use crate::sessions::Dialect;

/// What is stored for a newcomer.
struct Newcomer {
    account: Account,
    /// The address the provider told, and whether it has verified it.
    email: Option<(Email, bool)>,
    permit: Permit,
    registered: AuditEvent,
    attachment: Attachment,
}

impl Federation {
    /// Makes an account for a stranger, under the first name that is free. None if they are a stranger no longer, or
    /// all names were taken: look again.
    pub(super) async fn welcome(
        &self,
        proved: &ProvedIdentity,
        dialect: Dialect,
        address: IpAddr,
    ) -> Result<Option<Account>, FinishError> {
        // A provider has no place for an invite.
        let permit = self.accounts.permit(None, Some(address)).await?;
        for username in candidates(proved.profile.username(), self.env.random()) {
            let newcomer = self.newcomer(username, proved, dialect, permit);
            let made = self.env.store.write(move |tx| enrol(tx, &newcomer)).await;
            match made {
                // A unit of work is over at a conflict: the next name needs one of its own.
                Err(FinishError::Register(RegisterError::UsernameTaken)) => {}
                Err(FinishError::Overtaken) => return Ok(None),
                made => return made,
            }
        }
        Ok(None)
    }

    fn newcomer(
        &self,
        username: Username,
        proved: &ProvedIdentity,
        dialect: Dialect,
        permit: Permit,
    ) -> Newcomer {
        let account = Account {
            id: self.env.new_id(),
            username,
            email: None,
            email_verified_at: None,
            disabled_at: None,
            renamed_at: None,
            avatar: Avatar::Default,
            created_at: self.env.now(),
        };
        let event = |kind| AuditEvent::outside(account.id, Some(dialect), &self.env, kind);
        Newcomer {
            email: proved
                .email
                .clone()
                .map(|email| (email.address, email.verified)),
            permit,
            registered: event(AuditKind::Registered),
            attachment: Attachment {
                identity: self.new_identity(account.id, proved),
                event: event(AuditKind::IdentityLinked),
                // They have just done it.
                notice: None,
            },
            account,
        }
    }
}

fn enrol(tx: &mut dyn Tx, newcomer: &Newcomer) -> Result<Option<Account>, FinishError> {
    let mut draft = AccountDraft {
        account: newcomer.account.clone(),
        hash: PasswordHash::unusable(),
        permit: newcomer.permit,
        registered: newcomer.registered,
        // An address that its provider has not verified is a claim like any other.
        wants_free_address: false,
        // The provider has verified the address, or its owner asks for a code.
        verification: None,
        // Whoever comes by a provider has no password that a code could stand beside.
        mailed_step: false,
    };
    if let Some((address, false)) = &newcomer.email {
        draft.account.email = Some(address.clone());
    }
    let mut account = accounts::add(tx, &draft)?;
    if let Some((address, true)) = &newcomer.email {
        // Whoever has proved the address keeps it.
        let at = account.created_at;
        if tx.accounts().verify_email(account.id, address, at)? {
            account.email = Some(address.clone());
            account.email_verified_at = Some(at);
        }
    }
    if attach(tx, &newcomer.attachment)? {
        Ok(Some(account))
    } else {
        // Somebody was quicker with the same proof: what was written here must not stay.
        Err(FinishError::Overtaken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Timestamp;
    use crate::audit::AuditEventId;
    use crate::federation::{ExternalId, Identity, IdentityId, IdentityProfile};
    use crate::operators::Operator;
    use crate::testing::{MockTx, account};

    fn newcomer(verified: bool) -> Newcomer {
        let account = account("alice");
        let event = |kind| AuditEvent {
            id: AuditEventId::from_bytes([9; 16]),
            account: account.id,
            kind,
            at: Timestamp::from_seconds(1),
            session: None,
            dialect: None,
            subject: None,
        };
        Newcomer {
            email: Some((Email::parse("alice@mail.example").unwrap(), verified)),
            permit: Permit::by(Operator::for_tests()),
            registered: event(AuditKind::Registered),
            attachment: Attachment {
                identity: Identity {
                    id: IdentityId::from_bytes([1; 16]),
                    account: account.id,
                    external: ExternalId::new("i", "7").unwrap(),
                    profile: IdentityProfile::default(),
                    linked_at: Timestamp::from_seconds(1),
                    used_at: Timestamp::from_seconds(1),
                },
                event: event(AuditKind::IdentityLinked),
                notice: None,
            },
            account,
        }
    }

    /// A unit in which somebody has proved the address or not.
    fn tx(proved: bool) -> MockTx {
        let mut tx = MockTx::default();
        tx.accounts
            .expect_insert()
            .withf(|_, hash| !hash.is_usable())
            .once()
            .returning(|_, _| Ok(()));
        tx.accounts
            .expect_verify_email()
            .returning(move |_, _, _| Ok(!proved));
        tx.identities.expect_list().returning(|_| Ok(Vec::new()));
        tx.audit.expect_append().returning(|_| Ok(()));
        tx
    }

    fn made(verified: bool, proved: bool) -> Account {
        let mut tx = tx(proved);
        tx.identities.expect_insert().returning(|_| Ok(true));
        enrol(&mut tx, &newcomer(verified)).unwrap().unwrap()
    }

    #[test]
    fn an_address_comes_along_as_far_as_it_is_proved() {
        let verified = made(true, false);
        assert!(verified.email.is_some() && verified.email_verified_at.is_some());
        let unverified = made(false, true);
        assert!(unverified.email.is_some() && unverified.email_verified_at.is_none());
    }

    #[test]
    fn an_address_that_somebody_has_proved_stays_theirs() {
        assert_eq!(made(true, true).email, None);
    }

    #[test]
    fn of_two_with_one_proof_one_gets_an_account() {
        let mut tx = tx(false);
        tx.identities.expect_insert().returning(|_| Ok(false));
        let second = enrol(&mut tx, &newcomer(true));
        assert!(matches!(second, Err(FinishError::Overtaken)));
    }
}
