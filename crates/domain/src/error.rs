//! How every failure of the domain says what it is: a kind (decides the answer) and a code (stable, for programs).

use std::time::Duration;

/// What sort of failure it is. Adapters map it with one exhaustive match (HTTP: to a status).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// The input breaks a rule; the caller can mend it.
    Invalid,
    /// Nobody is logged in, or the proof does not hold.
    Unauthenticated,
    /// The caller is known and may see the thing, but may not do this.
    Forbidden,
    /// There is no such thing, or the caller may not know of it: both are answered alike.
    NotFound,
    /// It clashes with what is already there.
    Conflict,
    /// It is not, or no longer, as the caller says that it is.
    PreconditionFailed,
    /// It was there and will not come back.
    Gone,
    /// It is larger than the limit, which the text names.
    TooLarge,
    /// Too often; see [`DomainError::retry_after`].
    RateLimited,
    /// A part the server needs is missing or busy; trying again later may help.
    Unavailable,
    /// The account has no room left of its own; the text names its quota.
    OverQuota,
    /// There is no room left to store it.
    StorageFull,
    /// A defect or damaged data. The text goes to the log, never to the caller.
    Internal,
}

/// Implements [`DomainError`] for an error enum: a line for each variant with its kind, its code and, if there is one,
/// the field at fault; variants that hold another domain error are named behind `else` and say what that one says.
macro_rules! domain_error {
    ($error:ty {
        $($variant:ident: $kind:ident, $code:literal $(, $field:literal)?;)*
    } $(else { $($inner:ident),+ $(,)? })?) => {
        impl $crate::DomainError for $error {
            fn kind(&self) -> $crate::ErrorKind {
                match self {
                    $(Self::$variant { .. } => $crate::ErrorKind::$kind,)*
                    $($(Self::$inner(error) => $crate::DomainError::kind(error),)+)?
                }
            }

            fn code(&self) -> &'static str {
                match self {
                    $(Self::$variant { .. } => $code,)*
                    $($(Self::$inner(error) => $crate::DomainError::code(error),)+)?
                }
            }

            fn field(&self) -> Option<&'static str> {
                match self {
                    $(Self::$variant { .. } => domain_error!(@field $($field)?),)*
                    $($(Self::$inner(error) => $crate::DomainError::field(error),)+)?
                }
            }

            fn retry_after(&self) -> Option<std::time::Duration> {
                match self {
                    $(Self::$variant { .. } => None,)*
                    $($(Self::$inner(error) => $crate::DomainError::retry_after(error),)+)?
                }
            }
        }
    };
    (@field) => { None };
    (@field $field:literal) => { Some($field) };
}

/// Implemented by every error enum of a use case.
pub trait DomainError: std::error::Error + Send + Sync + 'static {
    /// What sort of failure it is.
    fn kind(&self) -> ErrorKind;

    /// A stable slug such as `username-taken`: lower case, words joined by hyphens, never reused for another meaning.
    fn code(&self) -> &'static str;

    /// The input field that is at fault, by its name in the native API.
    fn field(&self) -> Option<&'static str> {
        None
    }

    /// Which element of that field is at fault, if the field is a list: 0 for the first.
    fn index(&self) -> Option<usize> {
        None
    }

    /// When it makes sense to try again.
    fn retry_after(&self) -> Option<Duration> {
        None
    }
}
