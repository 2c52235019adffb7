//! Enrolment: an account, its first key and its first session, all or nothing.

mod enrol;

pub use enrol::{Enrol, EnrolError, EnrolledKey, Enrolment};
