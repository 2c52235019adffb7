//! Outgoing mail: what the product writes to people, and the outbox it waits in.
//!
//! A mail is committed with what it is about: a use case seals it before its unit of work ([`Outbox::seal`]) and puts
//! it into the outbox inside ([`enqueue`]). A worker takes what is due, one mail at a time, and hands it to the
//! [`Mailer`](crate::ports::Mailer) ([`Outbox::deliver_next`]). Each committed mail is sent at least once or becomes a
//! dead letter that an operator can see; nothing is sent after its [`Mail::not_after`].

mod codec;
mod deliver;
mod enqueue;
mod list;
#[expect(
    clippy::module_inception,
    reason = "the mail itself, among what is done with mails"
)]
mod mail;
mod message;
mod notice;
mod outbox;
mod retry;
mod send_test;
mod sweep;
mod tally;
mod template;
#[cfg(test)]
mod tests;

pub use codec::MailDecodeError;
pub use deliver::{Delivered, Delivery};
pub use enqueue::enqueue;
pub use list::MailPage;
pub use mail::{Mail, MailId, MailState, MailSummary, SealedMail};
pub use message::{MailFactor, MailMessage};
pub use notice::enqueue_if;
pub use outbox::Outbox;
pub use retry::RetryMailError;
pub use tally::OutboxTally;
pub use template::MailTemplate;
