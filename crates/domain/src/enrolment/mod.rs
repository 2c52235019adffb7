//! Enrolment: an account, its first key and its first session, all or nothing.

mod enrol;
mod join;
mod with_mailbox_key;

pub use enrol::{Enrol, EnrolError, EnrolledKey, Enrolment};
pub use join::{Join, JoinError};
pub use with_mailbox_key::{EnrolWithMailboxKey, EnrolWithMailboxKeyError};
