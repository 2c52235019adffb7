//! The audit trail: what happened to an account's security, for its owner to look at. Rows hold ids and never secrets.

mod event;
mod list;
mod service;

pub use event::{AuditEvent, AuditEventId, AuditKind};
pub use list::AuditPage;
pub use service::AuditTrail;
