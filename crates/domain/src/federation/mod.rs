//! Federated login: somebody whom another provider knows logs in with its word, without a password of ours.
//!
//! A login begins here ([`begin`](Federation::begin_login)), goes to the provider in the person's browser, and comes
//! back with a code ([`finish`](Federation::finish)). What keeps strangers out on the way: the browser that comes back
//! must hold the secret that the one that left was given, each begun login is finished once at most, and whom the
//! provider names is known by (issuer, subject) and never by a mail address that either side has not verified.

mod begin;
mod finish;
mod identity;
mod link;
mod list;
mod newcomer;
mod picture;
mod provider;
mod recognize;
mod service;
mod transaction;
mod unlink;
mod usernames;

pub use begin::{Begin, BeginError, Begun};
pub use finish::{Answer, Finish, FinishError, Finished};
pub use identity::{ExternalId, Identity, IdentityId, IdentityProfile, InvalidExternalId};
pub use list::LinkedIdentity;
pub use provider::{InvalidProviderId, ProviderId, ProviderInfo};
pub use service::Federation;
pub use transaction::{Intent, InvalidTransactionSecret, Transaction, TransactionSecret};
pub use unlink::UnlinkError;
