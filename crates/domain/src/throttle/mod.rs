//! Throttles: what is counted so that nobody can guess or flood, shared by all doors and all instances.
//!
//! Two sorts. A *guess* (a password, a second factor) is counted before it is checked, so that parallel guesses cannot
//! outrun the count; a right one forgives the others. A *rate* bounds how often something may be asked for at all. Rates of
//! what is too frequent for a write each are counted in memory, and exchanged ([`SharedRates`]).

mod counter;
mod guess;
mod rate;
mod service;
mod shared;
mod subject;

pub use counter::Counter;
pub use guess::Guess;
pub use rate::Rate;
pub use service::{Throttles, TooMany};
pub use shared::{MemoryRate, SharedRates, Spending};
pub use subject::Subject;
