//! How the server starts, runs and ends.
//!
//! `run.rs` is the sequence; the other files are its steps.

mod data_dir;
mod greeting;
mod listen;
mod run;
mod shutdown;

pub use data_dir::DataDir;
pub use listen::{Bound, Listener, bind};
pub use run::run;
