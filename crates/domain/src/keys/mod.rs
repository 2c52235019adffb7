//! Keys: what others seal to and check signatures with. The server hands them out; it holds no private one of them.

mod key;

pub use key::{Custody, KeyAlgorithm, KeyId, KeyUse, PublicKey, Thumbprint, UnknownKeyUse};
