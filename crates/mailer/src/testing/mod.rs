//! For tests, here and in crates above: a mailer that keeps what it is given, and a mail server on loopback.
#![expect(
    clippy::unwrap_used,
    reason = "test support: what goes wrong must fail the test, loudly"
)]

mod memory;
mod session;
mod smtp_server;

pub use memory::{MemoryMailer, SentMail};
pub use smtp_server::{Act, ReceivedMail, Script, SmtpServer};
