use thiserror::Error;

use crate::ports::{SealError, StoreError};

/// Why the second factors stay as they are.
#[derive(Debug, Error)]
pub enum FactorError {
    /// The login is too old for this.
    #[error("changing second factors needs a login not older than 15 minutes: log in again")]
    StepUp,
    /// The account was deleted while its token was still alive.
    #[error("this account no longer exists")]
    Gone,
    /// It is on already.
    #[error("this second factor is on already: switch it off first")]
    AlreadyOn,
    /// There is nothing to switch off.
    #[error("this second factor is not on")]
    NotOn,
    /// Recovery codes stand in for a factor, and there is none.
    #[error("recovery codes need a second factor that they stand in for: switch one on first")]
    NoFactor,
    /// Codes cannot be mailed.
    #[error("codes by mail need a mail address that was verified")]
    EmailNotVerified,
    /// The code does not belong to the secret, or the secret was replaced.
    #[error("this code is not right: the app's clock may be wrong, or the code too old")]
    WrongCode,
    /// The stored secret does not open.
    #[error("the secret of an authenticator cannot be opened")]
    Sealed(#[from] SealError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

domain_error!(FactorError {
    StepUp: Unauthenticated, "insufficient-user-authentication";
    Gone: Unauthenticated, "account-gone";
    AlreadyOn: Conflict, "factor-already-on";
    NotOn: NotFound, "unknown-factor";
    NoFactor: Conflict, "no-second-factor";
    EmailNotVerified: Conflict, "email-not-verified";
    WrongCode: Invalid, "wrong-code", "code";
    Sealed: Internal, "internal-error";
} else { Store });
