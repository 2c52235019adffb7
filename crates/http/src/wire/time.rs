//! Moments as text.

use sealpost_domain::Timestamp;
use serde::{Serialize, Serializer};

/// A moment as RFC 3339 text in UTC, always with milliseconds: `2026-11-21T13:04:05.678Z`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct WireTime(pub(crate) Timestamp);

impl Serialize for WireTime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}
