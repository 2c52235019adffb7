//! For tests, here and in the adapters: mocks, a clock that stands still, and the conformance suite of the store.

pub mod conformance;
mod fixed;
mod mails;
mod mock_tx;
mod ports;
mod samples;

pub use fixed::{CountingEntropy, FixedClock, NoStore, ToyDigester};
pub use mails::{every_mail_message, notice};
pub use mock_tx::MockTx;
pub use ports::{account_ports, outbox};
pub use samples::{account, acquaintance, audit_event, session, stored_group, stored_message};
