//! Whose account is it that a provider vouches for?

use std::net::IpAddr;

use super::link::{Attachment, attach};
use super::{Federation, FinishError, Identity};
use crate::accounts::Account;
use crate::audit::{AuditEvent, AuditKind};
use crate::ports::{IdentityProvider, ProvedIdentity, StoreError, StoreExt, Tx};
use crate::sessions::Dialect;

/// How often it is tried again when others changed what was just read.
const ROUNDS: u32 = 4;

/// Who somebody is here.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Recognized {
    /// They have logged in this way before.
    Known(Identity, Account),
    /// This account has the mail address, and both sides have verified it.
    ByAddress(Account),
    /// Nobody of ours.
    Stranger,
}

impl Federation {
    /// The account that this proof of the provider opens; a stranger gets a new one.
    pub(super) async fn whose(
        &self,
        provider: &dyn IdentityProvider,
        proved: &ProvedIdentity,
        dialect: Dialect,
        address: IpAddr,
    ) -> Result<Account, FinishError> {
        for _ in 0..ROUNDS {
            let sought = proved.clone();
            let found: Recognized = self
                .env
                .store
                .read::<_, StoreError, _>(move |tx| recognize(tx, &sought))
                .await?;
            let account = match found {
                Recognized::Known(identity, account) => {
                    self.note_use(identity, account, proved).await?
                }
                Recognized::ByAddress(account) => self.adopt(account, proved, dialect).await?,
                Recognized::Stranger => {
                    let mut newcomer = self.welcome(proved, dialect, address).await?;
                    if let Some(account) = &mut newcomer {
                        let picture = self.take_picture(provider, account.id, &proved.profile);
                        account.avatar = picture.await.unwrap_or(account.avatar);
                    }
                    newcomer
                }
            };
            if let Some(account) = account {
                return Ok(account);
            }
        }
        Err(FinishError::Overtaken)
    }

    async fn note_use(
        &self,
        identity: Identity,
        account: Account,
        proved: &ProvedIdentity,
    ) -> Result<Option<Account>, FinishError> {
        let (profile, now) = (proved.profile.clone(), self.env.now());
        let noted = self
            .env
            .store
            .write::<_, StoreError, _>(move |tx| {
                tx.identities().note_use(identity.id, &profile, now)
            })
            .await?;
        Ok(noted.then_some(account))
    }

    /// Links somebody to the account that has their address. None if that is no longer so.
    async fn adopt(
        &self,
        account: Account,
        proved: &ProvedIdentity,
        dialect: Dialect,
    ) -> Result<Option<Account>, FinishError> {
        let attachment = Attachment {
            notice: self.linked_notice(&account, proved),
            identity: self.new_identity(account.id, proved),
            event: AuditEvent::outside(
                account.id,
                Some(dialect),
                &self.env,
                AuditKind::IdentityLinked,
            ),
        };
        let sought = proved.clone();
        self.env
            .store
            .write(move |tx| adopt(tx, &account, &sought, &attachment))
            .await
    }
}

fn recognize(tx: &mut dyn Tx, proved: &ProvedIdentity) -> Result<Recognized, StoreError> {
    if let Some(identity) = tx.identities().find(&proved.external)? {
        let account = tx.accounts().find(identity.account)?;
        return Ok(account.map_or(Recognized::Stranger, |account| {
            Recognized::Known(identity, account)
        }));
    }
    Ok(by_address(tx, proved)?.map_or(Recognized::Stranger, Recognized::ByAddress))
}

/// The account with the address of the proof, if the provider and the account's owner have both verified it. Were
/// either enough, whoever claims an address first, there or here, would get the other one's account.
fn by_address(tx: &mut dyn Tx, proved: &ProvedIdentity) -> Result<Option<Account>, StoreError> {
    let Some(email) = proved.email.as_ref().filter(|email| email.verified) else {
        return Ok(None);
    };
    let account = tx.accounts().find_by_email(&email.address)?;
    Ok(account.filter(|account| account.email_verified_at.is_some()))
}

fn adopt(
    tx: &mut dyn Tx,
    account: &Account,
    proved: &ProvedIdentity,
    attachment: &Attachment,
) -> Result<Option<Account>, FinishError> {
    let Some(present) = by_address(tx, proved)?.filter(|present| present.id == account.id) else {
        return Ok(None);
    };
    if present.disabled_at.is_some() {
        return Err(FinishError::AccountDisabled);
    }
    Ok(attach(tx, attachment)?.then_some(present))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Timestamp;
    use crate::accounts::Email;
    use crate::audit::AuditEventId;
    use crate::federation::{ExternalId, IdentityId, IdentityProfile};
    use crate::ports::ProvedEmail;
    use crate::testing::{MockTx, account};

    const NOW: Timestamp = Timestamp::from_seconds(10_000);

    fn proved(verified: bool) -> ProvedIdentity {
        ProvedIdentity {
            external: ExternalId::new("https://idp.example", "7").unwrap(),
            profile: IdentityProfile::new(Some("alice"), None),
            email: Some(ProvedEmail {
                address: Email::parse("alice@mail.example").unwrap(),
                verified,
            }),
        }
    }

    fn alice(verified: bool) -> Account {
        Account {
            email: Some(Email::parse("Alice@mail.example").unwrap()),
            email_verified_at: verified.then_some(NOW),
            ..account("alice")
        }
    }

    /// A unit in which this account has the address, and nobody is linked.
    fn tx(holder: Option<Account>) -> MockTx {
        let mut tx = MockTx::default();
        tx.identities.expect_find().returning(|_| Ok(None));
        tx.accounts
            .expect_find_by_email()
            .returning(move |_| Ok(holder.clone()));
        tx
    }

    fn recognized(holder: Option<Account>, verified_there: bool) -> Recognized {
        recognize(&mut tx(holder), &proved(verified_there)).unwrap()
    }

    #[test]
    fn an_address_that_the_provider_has_not_verified_does_not_link() {
        assert_eq!(recognized(Some(alice(true)), false), Recognized::Stranger);
    }

    #[test]
    fn an_address_that_our_account_has_not_verified_does_not_link() {
        assert_eq!(recognized(Some(alice(false)), true), Recognized::Stranger);
    }

    #[test]
    fn an_address_that_both_sides_have_verified_links() {
        let found = recognized(Some(alice(true)), true);
        assert_eq!(found, Recognized::ByAddress(alice(true)));
        assert_eq!(recognized(None, true), Recognized::Stranger);
    }

    #[test]
    fn somebody_known_is_known_by_issuer_and_subject_whatever_their_address() {
        let identity = Identity {
            id: IdentityId::from_bytes([1; 16]),
            account: account("bob").id,
            external: proved(true).external,
            profile: IdentityProfile::default(),
            linked_at: NOW,
            used_at: NOW,
        };
        let mut tx = MockTx::default();
        let known = identity.clone();
        tx.identities
            .expect_find()
            .returning(move |_| Ok(Some(known.clone())));
        tx.accounts
            .expect_find()
            .returning(|_| Ok(Some(account("bob"))));
        let found = recognize(&mut tx, &proved(true)).unwrap();
        assert_eq!(found, Recognized::Known(identity, account("bob")));
    }

    fn adopted(holder: Option<Account>) -> Result<Option<Account>, FinishError> {
        let alice = alice(true);
        let attachment = Attachment {
            identity: Identity {
                id: IdentityId::from_bytes([1; 16]),
                account: alice.id,
                external: proved(true).external,
                profile: IdentityProfile::default(),
                linked_at: NOW,
                used_at: NOW,
            },
            event: AuditEvent {
                id: AuditEventId::from_bytes([9; 16]),
                account: alice.id,
                kind: AuditKind::IdentityLinked,
                at: NOW,
                session: None,
                dialect: None,
                subject: None,
            },
            notice: None,
        };
        let mut tx = tx(holder);
        tx.identities.expect_list().returning(|_| Ok(Vec::new()));
        tx.identities.expect_insert().returning(|_| Ok(true));
        tx.audit.expect_append().returning(|_| Ok(()));
        adopt(&mut tx, &alice, &proved(true), &attachment)
    }

    #[test]
    fn an_account_that_lost_the_address_meanwhile_is_not_adopted() {
        assert_eq!(adopted(Some(alice(true))).unwrap(), Some(alice(true)));
        assert_eq!(adopted(Some(account("bob"))).unwrap(), None);
        assert_eq!(adopted(Some(alice(false))).unwrap(), None);
        assert_eq!(adopted(None).unwrap(), None);
    }

    #[test]
    fn a_disabled_account_is_not_adopted() {
        let disabled = Account {
            disabled_at: Some(NOW),
            ..alice(true)
        };
        let refused = adopted(Some(disabled));
        assert!(matches!(refused, Err(FinishError::AccountDisabled)));
    }
}
