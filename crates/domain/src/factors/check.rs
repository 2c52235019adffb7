//! Whether what somebody typed is a second factor of theirs. Used up if it is.

use thiserror::Error;

use super::{FactorCode, FactorKind, FactorPorts, recovery_codes, totp};
use crate::Timestamp;
use crate::accounts::AccountId;
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

/// Which factor of the account of `recovered` the code proves at its time; None if none. `recovered` is noted if that is
/// a recovery code. The caller counts the guess before, and commits also when it was wrong.
pub(crate) fn check(
    tx: &mut dyn Tx,
    ports: &FactorPorts,
    code: &FactorCode,
    recovered: &AuditEvent,
) -> Result<Option<FactorKind>, CheckFactorError> {
    let (account, now) = (recovered.account, recovered.at);
    let set = tx.factors().find_set(account)?;
    let Some(number) = code.number() else {
        let taken =
            set.is_on() && recovery_codes::take(tx, &*ports.digester, account, code.expose())?;
        if taken {
            tx.audit().append(recovered)?;
        }
        return Ok(taken.then_some(FactorKind::RecoveryCode));
    };
    if set.totp.is_some() && is_totp(tx, ports, account, number, now)? {
        return Ok(Some(FactorKind::Totp));
    }
    if set.email_code.is_some() && is_mailed(tx, ports, account, code, now)? {
        return Ok(Some(FactorKind::EmailCode));
    }
    Ok(None)
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

fn is_mailed(
    tx: &mut dyn Tx,
    ports: &FactorPorts,
    account: AccountId,
    code: &FactorCode,
    now: Timestamp,
) -> Result<bool, CheckFactorError> {
    let digester = &*ports.digester;
    let purpose = CodePurpose::Login;
    let verdict = codes::check(tx, digester, account, purpose, code.expose(), now)?;
    Ok(matches!(verdict, CodeVerdict::Right(_)))
}
