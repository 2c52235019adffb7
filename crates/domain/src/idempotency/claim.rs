//! A request claims its key before it does anything.

use std::time::Duration;

use thiserror::Error;
use zeroize::Zeroizing;

use super::{Idempotency, IdempotencyKey};
use crate::accounts::AccountId;
use crate::ports::{
    Binding, Claim, ClaimState, Digest, Digester, MacPurpose, NewClaim, SealError, SealPurpose,
    StoreError, StoreExt, Tx,
};
use crate::{DomainError, ErrorKind};

/// What a request says of itself.
#[derive(Debug, Clone)]
pub struct ClaimKey {
    /// Who asks; None if nobody is logged in.
    pub account: Option<AccountId>,
    /// The key.
    pub key: IdempotencyKey,
    /// Everything that makes it this request: its method, its target, its body.
    pub request: Vec<u8>,
}

/// What stands under a key.
#[derive(Debug)]
pub enum Claimed {
    /// Nothing: the request is to be carried out, under this claim.
    Now(Claim),
    /// The answer of the first request.
    Before(Zeroizing<Vec<u8>>),
}

/// Why a request is neither carried out nor answered again.
#[derive(Debug, Error)]
pub enum ClaimError {
    /// The key was used with another request.
    #[error("this idempotency key was used for another request: use a new one for each request")]
    OtherRequest,
    /// The first request is still under way.
    #[error("a request with this idempotency key is being carried out: ask again in a moment")]
    Running,
    /// The first request stored something, and then its server stopped before it answered.
    #[error(
        "the request with this idempotency key was carried out, at least in part, and its answer is lost: look at what is there, then use a new key"
    )]
    AnswerLost,
    /// The caller's account is gone.
    #[error("this account no longer exists")]
    Gone,
    /// The answer does not open.
    #[error("the kept answer cannot be opened")]
    Sealed(#[from] SealError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Idempotency {
    /// Claims the key for a request, or finds what the first one with it has come to. A claim ends with
    /// [`Idempotency::keep`] or [`Idempotency::release`].
    ///
    /// # Errors
    /// [`ClaimError`].
    pub async fn claim(&self, of: ClaimKey) -> Result<Claimed, ClaimError> {
        let now = self.env.now();
        let new = NewClaim {
            claim: Claim {
                key: key_digest(&of, &*self.digester),
                holder: self.env.random(),
            },
            account: of.account,
            request: self.digester.mac(MacPurpose::Repeat, &of.request),
            now,
            expires_at: now + Self::REMEMBERED,
        };
        let claim = new.claim;
        let kept = self.env.store.write(move |tx| take(tx, &new)).await?;
        match kept {
            None => Ok(Claimed::Now(claim)),
            Some(sealed) => Ok(Claimed::Before(
                self.sealer.open(&binding(&claim.key), &sealed)?,
            )),
        }
    }
}

/// Claims, and returns None; or the sealed answer of the request that did before.
fn take(tx: &mut dyn Tx, new: &NewClaim) -> Result<Option<Vec<u8>>, ClaimError> {
    if let Some(account) = new.account {
        tx.accounts().find(account)?.ok_or(ClaimError::Gone)?;
    }
    let dead_before = new.now - Idempotency::DEAD_AFTER;
    let Some((request, state)) = tx.idempotency().claim(new, dead_before)? else {
        return Ok(None);
    };
    if request != new.request {
        return Err(ClaimError::OtherRequest);
    }
    match state {
        ClaimState::Answered(sealed) => Ok(Some(sealed)),
        ClaimState::Running => Err(ClaimError::Running),
        ClaimState::Dead => Err(ClaimError::AnswerLost),
    }
}

/// Under what a key is found: nobody else's is.
fn key_digest(of: &ClaimKey, digester: &dyn Digester) -> Digest {
    let mut bytes = Vec::with_capacity(17 + IdempotencyKey::MAX_CHARS);
    match &of.account {
        Some(account) => {
            bytes.push(1);
            bytes.extend_from_slice(account.as_bytes());
        }
        None => bytes.push(0),
    }
    bytes.extend_from_slice(of.key.as_str().as_bytes());
    digester.mac(MacPurpose::Repeat, &bytes)
}

/// Where a kept answer rests.
pub(super) const fn binding(key: &Digest) -> Binding<'_> {
    Binding {
        purpose: SealPurpose::Answer,
        table: "idempotency_keys",
        column: "sealed_answer",
        row: key,
        owner: &[],
    }
}

impl DomainError for ClaimError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::OtherRequest => ErrorKind::Invalid,
            Self::Running | Self::AnswerLost => ErrorKind::Conflict,
            Self::Gone => ErrorKind::Unauthenticated,
            Self::Sealed(_) => ErrorKind::Internal,
            Self::Store(error) => error.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::OtherRequest => "idempotency-key-reused",
            Self::Running => "idempotency-key-in-use",
            Self::AnswerLost => "idempotency-answer-lost",
            Self::Gone => "account-gone",
            Self::Sealed(_) => "internal-error",
            Self::Store(error) => error.code(),
        }
    }

    fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Running => Some(Duration::from_secs(1)),
            Self::Store(error) => error.retry_after(),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Timestamp;
    use crate::testing::{MockTx, ToyDigester, account};

    const REQUEST: Digest = [7; 32];

    fn new() -> NewClaim {
        let now = Timestamp::from_seconds(1_000);
        NewClaim {
            claim: Claim {
                key: [1; 32],
                holder: [2; 16],
            },
            account: None,
            request: REQUEST,
            now,
            expires_at: now + Idempotency::REMEMBERED,
        }
    }

    fn take_beside(found: Option<(Digest, ClaimState)>) -> Result<Option<Vec<u8>>, ClaimError> {
        let mut tx = MockTx::default();
        tx.idempotency
            .expect_claim()
            .withf(|_, dead_before| *dead_before == Timestamp::from_seconds(940))
            .returning(move |_, _| Ok(found.clone()));
        take(&mut tx, &new())
    }

    #[test]
    fn the_first_one_is_carried_out_and_a_repeat_is_not() {
        assert_eq!(take_beside(None).unwrap(), None);
        let answered = ClaimState::Answered(vec![9]);
        assert_eq!(
            take_beside(Some((REQUEST, answered))).unwrap(),
            Some(vec![9])
        );
        let refused = |state| take_beside(Some((REQUEST, state))).unwrap_err().code();
        assert_eq!(refused(ClaimState::Running), "idempotency-key-in-use");
        assert_eq!(refused(ClaimState::Dead), "idempotency-answer-lost");
    }

    #[test]
    fn another_request_under_the_same_key_learns_nothing() {
        for state in [
            ClaimState::Answered(vec![9]),
            ClaimState::Running,
            ClaimState::Dead,
        ] {
            let refused = take_beside(Some(([8; 32], state))).unwrap_err();
            assert_eq!(refused.code(), "idempotency-key-reused");
        }
    }

    #[test]
    fn a_key_is_its_owners_alone() {
        let of = |account| ClaimKey {
            account,
            key: IdempotencyKey::parse("k").unwrap(),
            request: Vec::new(),
        };
        let digest = |account| key_digest(&of(account), &ToyDigester);
        let (alice, bob) = (account("alice").id, account("bob").id);
        assert_ne!(digest(Some(alice)), digest(Some(bob)));
        assert_ne!(digest(Some(alice)), digest(None));
    }
}
