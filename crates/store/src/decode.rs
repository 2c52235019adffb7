//! From columns to values that cannot be wrong. A column that does not fit is damage, and is said so by name.

use sealpost_domain::ports::StoreError;
use sealpost_domain::sessions::Dialect;

/// Where a value stands, for the error when it does not decode.
#[derive(Clone, Copy)]
pub(crate) struct At(pub(crate) &'static str, pub(crate) &'static str);

impl At {
    pub(crate) const fn corrupt(self) -> StoreError {
        StoreError::Corrupt {
            table: self.0,
            column: self.1,
        }
    }
}

/// Exactly `N` bytes: an id (16) or a digest (32).
pub(crate) fn bytes<const N: usize>(value: &[u8], at: At) -> Result<[u8; N], StoreError> {
    value.try_into().map_err(|_| at.corrupt())
}

/// A stored dialect.
pub(crate) fn dialect(code: i16, at: At) -> Result<Dialect, StoreError> {
    Dialect::from_code(code).ok_or_else(|| at.corrupt())
}
