//! A repeated request does nothing twice: whoever names a request by an idempotency key (draft-ietf-httpapi-idempotency-key-header)
//! gets, for 24 hours, the first one's answer again.
//!
//! A request first claims its key. Each unit of work that writes for it marks the claim in the same transaction
//! ([`run_claimed`]), so that afterwards it is known whether anything was stored, whatever broke in between. The answer is kept
//! sealed; a refusal frees the key.

mod claim;
mod finish;
mod key;
mod run_claimed;
mod service;
mod sweep;

pub use claim::{ClaimError, ClaimKey, Claimed};
pub use key::{IdempotencyKey, InvalidIdempotencyKey};
pub use run_claimed::run_claimed;
pub use service::Idempotency;
