//! Keys: what others seal to and check signatures with. The server hands them out; it holds no private one of them.

mod change;
mod event;
mod history;
mod key;
mod kid;
mod list;
mod service;

pub use change::{ChangeKeysError, PublishKey};
pub(crate) use change::{publish, tell};
pub use event::{Asserter, KeyEvent, KeyOperation};
pub use history::{KeyHistoryEntry, KeyHistoryPage};
pub use key::{
    Custody, KeyAlgorithm, KeyId, KeyOwner, KeyUse, PublicKey, Thumbprint, UnknownKeyUse,
};
pub use kid::format_kid;
pub(crate) use kid::parse_kid;
pub use list::ListKeysError;
pub use service::Keys;
