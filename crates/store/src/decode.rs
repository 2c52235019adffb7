//! From columns to values that cannot be wrong. A column that does not fit is damage, and is said so by name.

use sealpost_domain::inbox::EventKind;
use sealpost_domain::messages::Format;
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

/// A count or an offset, which is never negative.
pub(crate) fn count(value: i64, at: At) -> Result<u64, StoreError> {
    u64::try_from(value).map_err(|_| at.corrupt())
}

/// A count or an offset as stored. Those that the domain gives out fit; what does not is past every row.
pub(crate) fn to_column(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// A stored format.
pub(crate) fn format(code: i16, at: At) -> Result<Format, StoreError> {
    Format::from_code(code).ok_or_else(|| at.corrupt())
}

/// A stored kind of event.
pub(crate) fn event_kind(code: i16, at: At) -> Result<EventKind, StoreError> {
    EventKind::from_code(code).ok_or_else(|| at.corrupt())
}

/// A stored dialect.
pub(crate) fn dialect(code: i16, at: At) -> Result<Dialect, StoreError> {
    Dialect::from_code(code).ok_or_else(|| at.corrupt())
}
