use thiserror::Error;

use crate::factors::CheckFactorError;
use crate::ports::{HashError, SealError, StoreError, TokenError};
use crate::throttle::TooMany;

/// Why nobody was logged in.
#[derive(Debug, Error)]
pub enum LoginError {
    /// Unknown account or wrong password, or a second factor that this API has no place for: never says which.
    #[error("wrong username, mail address or password")]
    WrongCredentials,
    /// The password was right, and the operator lets nobody in.
    #[error("this account has been disabled by the operator of the server")]
    Disabled,
    /// The password was right, and the second factor is not.
    #[error("wrong code: try another, or log in again")]
    WrongFactor,
    /// No login waits for this ticket, or none any more.
    #[error("this login has expired or was never begun: log in again")]
    InvalidTicket,
    /// Too many guesses, or too many logins from one address.
    #[error(transparent)]
    TooMany(#[from] TooMany),
    /// The password could not be checked.
    #[error(transparent)]
    Hash(#[from] HashError),
    /// No token could be made.
    #[error(transparent)]
    Token(#[from] TokenError),
    /// A stored secret does not open.
    #[error("the secret of an authenticator cannot be opened")]
    Sealed(#[from] SealError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

domain_error!(LoginError {
    WrongCredentials: Unauthenticated, "wrong-credentials";
    Disabled: Forbidden, "account-disabled";
    WrongFactor: Unauthenticated, "wrong-second-factor";
    InvalidTicket: Unauthenticated, "invalid-ticket";
    Token: Internal, "internal-error";
    Sealed: Internal, "internal-error";
} else { TooMany, Hash, Store });

impl From<CheckFactorError> for LoginError {
    fn from(error: CheckFactorError) -> Self {
        match error {
            CheckFactorError::Sealed(error) => Self::Sealed(error),
            CheckFactorError::Store(error) => Self::Store(error),
        }
    }
}
