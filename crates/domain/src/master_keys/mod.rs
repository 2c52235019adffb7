//! The master keys: which one seals, what rests under which, and putting a new one around everything.
//!
//! A new key comes into the key file first, where it only opens; then it seals; then everything that rests under an older
//! one is sealed anew, in batches, while the server serves ([`MasterKeys::work`]). What was sealed under a key of its own
//! (bodies of messages, custodial keys) stays as it is: only what is around those keys changes.

mod attend;
mod column;
mod destroy;
mod key_id;
mod rewrap;
mod rotate;
mod service;
mod status;

pub use column::{SealedColumn, SealedValue};
pub use destroy::DestroyKeyError;
pub use key_id::{InvalidMasterKeyId, MasterKeyId};
pub use rewrap::{Rewrap, Work};
pub use rotate::{RotateError, Rotation};
pub use service::MasterKeys;
pub use status::{ColumnStatus, KeyState, KeyStatus, MasterKeyStatus};
