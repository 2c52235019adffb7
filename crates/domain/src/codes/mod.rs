//! Short codes that are mailed to somebody and typed in again: the second step of a login, and the proof of a mail
//! address. A code is good once, for a short time and for few tries; a new one replaces the old one. Only its MAC is
//! stored.

mod alphabet;
mod check;
mod code;
mod draft;
mod put;

pub(crate) use alphabet::Alphabet;
pub use check::{CodeVerdict, check};
pub use code::{CodePurpose, MailedCode};
pub(crate) use draft::mac;
pub use draft::{DraftedCode, draft};
pub use put::{CodePut, put};
