//! From columns to values that cannot be wrong. A column that does not fit is damage, and is said so by name.

use sealpost_domain::ports::StoreError;

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

/// A count or an offset, which is never negative.
pub(crate) fn count(value: i64, at: At) -> Result<u64, StoreError> {
    u64::try_from(value).map_err(|_| at.corrupt())
}

/// A count or an offset as stored. Those that the domain gives out fit; what does not is past every row.
pub(crate) fn to_column(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// A stored value of an enum, by the enum's own `from_code`.
pub(crate) fn coded<T>(
    code: i16,
    from_code: impl Fn(i16) -> Option<T>,
    at: At,
) -> Result<T, StoreError> {
    from_code(code).ok_or_else(|| at.corrupt())
}
