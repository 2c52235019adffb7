//! Whether somebody may have an account at all: one policy for every door.

use std::net::IpAddr;

use super::{Accounts, RegisterError};
use crate::Timestamp;
use crate::challenges::{ChallengeFailed, CompletedChallenge};
use crate::invites::{InviteCode, Redeemed, redeem};
use crate::operators::Operator;
use crate::ports::{Digest, StoreExt, Tx};
use crate::throttle::{Rate, Subject};

/// Whether strangers may make accounts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum RegistrationPolicy {
    /// Anybody may.
    #[default]
    Open,
    /// Whoever has an invite may.
    Invite,
    /// Nobody may.
    Closed,
}

impl RegistrationPolicy {
    /// The name it goes by in the configuration and the API.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Invite => "invite",
            Self::Closed => "closed",
        }
    }
}

/// The policy's word that an account may be made. No account is stored without one, whatever door its owner comes through.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Permit {
    invite: Option<Digest>,
    challenge: Option<CompletedChallenge>,
}

impl Accounts {
    /// Asks the policy: to be done before anything costly is done for a stranger. An invite that looks good here is
    /// redeemed in the unit of work that makes the account, and may turn out to be used up there. Where registration is
    /// open, an invite is neither needed nor spent.
    pub(crate) async fn permit(
        &self,
        invite: Option<&InviteCode>,
        address: Option<IpAddr>,
    ) -> Result<Permit, RegisterError> {
        if self.policy == RegistrationPolicy::Closed {
            return Err(RegisterError::Closed);
        }
        self.count(address).await?;
        let invite = match (self.policy, invite) {
            (RegistrationPolicy::Open, _) => None,
            (RegistrationPolicy::Closed, _) => return Err(RegisterError::Closed),
            (RegistrationPolicy::Invite, None) => return Err(RegisterError::InviteRequired),
            (RegistrationPolicy::Invite, Some(code)) => {
                let (digest, now) = (code.digest(&*self.ports.digester), self.env.now());
                self.env
                    .store
                    .read(move |tx| check(tx, &digest, now))
                    .await?;
                Some(digest)
            }
        };
        Ok(Permit {
            invite,
            challenge: None,
        })
    }

    /// Counts who asks from the network.
    async fn count(&self, address: Option<IpAddr>) -> Result<(), RegisterError> {
        let Some(address) = address.map(Subject::Address) else {
            return Ok(());
        };
        let (throttles, now) = (self.ports.throttles.clone(), self.env.now());
        self.env
            .store
            .write(move |tx| throttles.spend(tx, Rate::Registrations, &address, now))
            .await??;
        Ok(())
    }
}

fn check(tx: &mut dyn Tx, invite: &Digest, now: Timestamp) -> Result<(), RegisterError> {
    let found = tx.invites().find_by_digest(invite)?;
    if found.is_some_and(|invite| invite.is_good(now)) {
        Ok(())
    } else {
        Err(RegisterError::InvalidInvite)
    }
}

impl Permit {
    /// The operator asks nobody.
    pub(crate) const fn by(_: Operator) -> Self {
        Self {
            invite: None,
            challenge: None,
        }
    }

    /// The same for somebody who has answered a challenge, which is good for one account.
    pub(super) const fn after(mut self, challenge: Option<CompletedChallenge>) -> Self {
        self.challenge = challenge;
        self
    }

    /// Takes the answer to a challenge and a use of the invite, where they are needed.
    pub(super) fn redeem(
        &self,
        tx: &mut dyn Tx,
        now: Timestamp,
    ) -> Result<Option<Redeemed>, RegisterError> {
        if let Some(challenge) = &self.challenge
            && !tx.challenges().spend(challenge)?
        {
            return Err(ChallengeFailed.into());
        }
        let Some(invite) = &self.invite else {
            return Ok(None);
        };
        let redeemed = redeem(tx, invite, now)?;
        redeemed.ok_or(RegisterError::InvalidInvite).map(Some)
    }
}

#[cfg(test)]
mod tests {
    use mockall::predicate::eq;

    use super::*;
    use crate::DomainError;
    use crate::accounts::{AccountDraft, add};
    use crate::audit::AuditKind;
    use crate::challenges::ChallengeId;
    use crate::invites::{Invite, InviteId};
    use crate::ports::PasswordHash;
    use crate::testing::{MockTx, account, audit_event};

    const CODE: Digest = [5; 32];
    const ID: InviteId = InviteId::from_bytes([1; 16]);

    fn invited() -> AccountDraft {
        let account = account("alice");
        AccountDraft {
            hash: PasswordHash::new("$argon2id$".to_owned()),
            permit: Permit {
                invite: Some(CODE),
                challenge: None,
            },
            registered: audit_event(account.id, AuditKind::Registered),
            mailed_step: false,
            wants_free_address: false,
            verification: None,
            account,
        }
    }

    #[test]
    fn an_invited_account_takes_a_use_and_is_noted() {
        let alice = account("alice");
        let mut tx = MockTx::default();
        tx.invites
            .expect_spend()
            .with(eq(CODE), eq(alice.created_at))
            .once()
            .returning(|_, _| Ok(Some(ID)));
        tx.accounts.expect_insert().once().returning(|_, _| Ok(()));
        tx.invites
            .expect_record_use()
            .with(eq(ID), eq(alice.id), eq(alice.created_at))
            .once()
            .returning(|_, _, _| Ok(()));
        tx.audit.expect_append().once().returning(|_| Ok(()));
        add(&mut tx, &invited()).unwrap();
    }

    #[test]
    fn who_has_no_good_invite_does_not_learn_which_names_are_taken() {
        let mut tx = MockTx::default();
        tx.invites.expect_spend().returning(|_, _| Ok(None));
        let refused = add(&mut tx, &invited()).unwrap_err();
        assert_eq!(
            (refused.code(), refused.field()),
            ("invalid-invite", Some("invite"))
        );
    }

    #[test]
    fn an_answer_that_made_an_account_makes_no_second_one() {
        let completed = CompletedChallenge {
            id: ChallengeId::from_bytes([7; 16]),
            expires_at: Timestamp::from_seconds(9),
        };
        let mut tx = MockTx::default();
        tx.challenges
            .expect_spend()
            .with(eq(completed))
            .once()
            .returning(|_| Ok(false));
        let mut again = invited();
        again.permit = again.permit.after(Some(completed));
        let refused = add(&mut tx, &again).unwrap_err();
        assert_eq!(
            (refused.code(), refused.field()),
            ("challenge-failed", Some("challenge"))
        );
    }

    #[test]
    fn unknown_used_up_expired_and_revoked_are_told_alike() {
        let good = Invite {
            id: ID,
            made_by: 0,
            uses: 1,
            used: 0,
            created_at: Timestamp::from_seconds(1),
            expires_at: Timestamp::from_seconds(3),
            revoked_at: None,
        };
        let revoked_at = Some(good.created_at);
        let mut told = Vec::new();
        for found in [
            None,
            Some(Invite { used: 1, ..good }),
            Some(Invite { revoked_at, ..good }),
            Some(Invite {
                expires_at: Timestamp::from_seconds(2),
                ..good
            }),
            Some(good),
        ] {
            let mut tx = MockTx::default();
            tx.invites
                .expect_find_by_digest()
                .returning(move |_| Ok(found));
            let verdict = check(&mut tx, &CODE, Timestamp::from_seconds(2));
            told.push(verdict.map_err(|refused| refused.to_string()));
        }
        let refused = Err(RegisterError::InvalidInvite.to_string());
        assert_eq!(told[..4], vec![refused; 4]);
        assert_eq!(told[4], Ok(()));
    }
}
