//! `Idempotency-Key`: a repeat of a creating request is answered like the original and does nothing.
//!
//! A route takes part by `wrap = "from_fn(idempotent)"` in its macro. Whatever its handler then stores is marked with the
//! request's claim, in the same transaction, by the store that all services share ([`ClaimedStore`]). The handler runs to its end
//! even if the client has gone: the client comes back for the answer.

mod answer;
mod header;
mod middleware;
mod store;

pub(crate) use header::IdempotencyKeyHeader;
pub(crate) use middleware::{idempotent, idempotent_for_strangers, idempotent_upload};
pub(crate) use store::ClaimedStore;
