//! Ids as text.

use serde::{Serialize, Serializer};
use uuid::Uuid;

/// An id in its canonical form: 36 characters, which only come to be where they are sent.
#[derive(Debug, Clone, Copy)]
pub(crate) struct WireId(pub(crate) Uuid);

impl Serialize for WireId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut text = Uuid::encode_buffer();
        serializer.serialize_str(self.0.hyphenated().encode_lower(&mut text))
    }
}
