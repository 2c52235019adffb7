//! Challenges: sentences that people can complete and simple programs cannot. They slow nobody down who means it; what
//! bounds registrations is their rate.
//!
//! Start with [`Challenges`]. The dialect `mailbox` takes a question and an answer as they are ([`Challenge::check`]), because its
//! document does; the native API takes the answer to what this server has asked ([`IssuedChallenge`]), once, if its operator wants
//! that ([`crate::accounts::HumanCheck`]).

mod issued;
mod pool;
mod service;

pub(crate) use issued::complete;
pub use issued::{
    AnsweredChallenge, ChallengeFailed, ChallengeId, CompletedChallenge, IssuedChallenge,
};
pub use pool::{Challenge, WrongAnswer};
pub use service::Challenges;
