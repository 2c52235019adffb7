//! Who is writing at the moment: told to those who look, and never stored.

mod service;
mod tell;

pub use service::Typing;
pub use tell::TellTypingError;
