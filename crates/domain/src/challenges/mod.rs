//! Challenges: sentences that people can complete and simple programs cannot. They slow nobody down who means it; what
//! bounds registrations is their rate.

mod pool;
mod service;

pub use pool::{Challenge, WrongAnswer};
pub use service::Challenges;
