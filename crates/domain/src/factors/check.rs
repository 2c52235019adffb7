//! Whether what somebody typed is a second factor of theirs. Used up if it is.

use thiserror::Error;

use super::{FactorCode, FactorKind, FactorPorts, recovery_codes, totp};
use crate::Timestamp;
use crate::accounts::{AccountId, Email};
use crate::audit::AuditEvent;
use crate::codes::{self, CodePurpose, CodeVerdict};
use crate::ports::{SealError, StoreError, Tx};

/// Why it cannot be said.
#[derive(Debug, Error)]
pub(crate) enum CheckFactorError {
    /// The stored secret does not open.
    #[error("the secret of an authenticator cannot be opened")]
    Sealed(#[from] SealError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What a right code proves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CheckedFactor {
    /// Which factor it is of.
    pub(crate) kind: FactorKind,
    /// The mail address that it came to, if it came by mail: whoever typed it in reads that mail.
    pub(crate) address: Option<Email>,
}

impl From<FactorKind> for CheckedFactor {
    fn from(kind: FactorKind) -> Self {
        Self {
            kind,
            address: None,
        }
    }
}

/// Which factor of the account of `recovered` the code proves at its time; None if none. `recovered` is noted if that is
/// a recovery code. The caller counts the guess before, and commits also when it was wrong.
pub(crate) fn check(
    tx: &mut dyn Tx,
    ports: &FactorPorts,
    code: &FactorCode,
    recovered: &AuditEvent,
) -> Result<Option<CheckedFactor>, CheckFactorError> {
    let (account, now) = (recovered.account, recovered.at);
    let set = tx.factors().find_set(account)?;
    let Some(number) = code.number() else {
        let taken =
            set.is_on() && recovery_codes::take(tx, &*ports.digester, account, code.expose())?;
        if taken {
            tx.audit().append(recovered)?;
        }
        return Ok(taken.then_some(FactorKind::RecoveryCode.into()));
    };
    if set.totp.is_some() && is_totp(tx, ports, account, number, now)? {
        return Ok(Some(FactorKind::Totp.into()));
    }
    if set.email_code.is_none() {
        return Ok(None);
    }
    check_mailed(tx, ports, account, code, now)
}

fn is_totp(
    tx: &mut dyn Tx,
    ports: &FactorPorts,
    account: AccountId,
    number: u32,
    now: Timestamp,
) -> Result<bool, CheckFactorError> {
    let Some(stored) = tx.factors().find_totp(account)? else {
        return Ok(false);
    };
    let secret = totp::open(&*ports.sealer, account, &stored.sealed_secret)?;
    let step = totp::matching_step(&*ports.hotp, &secret, number, stored.last_step, now);
    match step {
        Some(step) => Ok(tx.factors().use_step(account, step)?),
        None => Ok(false),
    }
}

fn check_mailed(
    tx: &mut dyn Tx,
    ports: &FactorPorts,
    account: AccountId,
    code: &FactorCode,
    now: Timestamp,
) -> Result<Option<CheckedFactor>, CheckFactorError> {
    let digester = &*ports.digester;
    let purpose = CodePurpose::Login;
    let verdict = codes::check(tx, digester, account, purpose, code.expose(), now)?;
    Ok(match verdict {
        CodeVerdict::Right(address) => Some(CheckedFactor {
            kind: FactorKind::EmailCode,
            address,
        }),
        CodeVerdict::Wrong => None,
    })
}
