//! Second factors: what somebody proves beside their password. An authenticator app (TOTP, RFC 6238) is one; a code by
//! mail is a second step rather than a factor, since whoever reads the mail can reset the password too; recovery codes
//! stand in for either, once each.

mod check;
mod email_code;
mod error;
mod kind;
mod list;
mod recovery_codes;
mod remove;
mod reset;
mod service;
#[cfg(test)]
mod tests;
mod totp;
mod totp_enrolment;

pub(crate) use check::{CheckFactorError, CheckedFactor, check};
pub use error::FactorError;
pub use kind::{FactorCode, FactorKind, FactorSet};
pub use recovery_codes::RecoveryCodes;
pub use service::{FactorPorts, Factors};
pub use totp_enrolment::TotpEnrolment;
