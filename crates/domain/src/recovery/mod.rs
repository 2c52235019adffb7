//! Recovery: a forgotten password is replaced by whoever reads the account's mail, in three steps. Somebody asks for it,
//! types in the code that was mailed, and sets a new password with the token that the code gave. A reset ends whatever
//! opened the account before, and never clears its second factor.

mod complete;
mod proofs;
mod service;
mod start;
mod stored;
mod sweep;
mod token;
mod verify;

pub use complete::{CompleteRecovery, CompleteRecoveryError, CompletedRecovery};
pub use service::{Recoveries, RecoveryPorts};
pub use start::{RecoveryForm, StartRecovery, StartRecoveryError, StartedRecovery};
pub use stored::{Recovery, RecoveryId};
pub use token::{InvalidRecoveryToken, RecoveryToken};
pub use verify::{VerifiedRecovery, VerifyRecoveryError};
