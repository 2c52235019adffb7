//! How the server starts, runs and ends.
//!
//! `run.rs` is the sequence; the other files are its steps.

mod blobs;
mod data_dir;
pub(crate) mod database;
mod descriptors;
mod greeting;
mod listen;
mod lost_hints;
mod mail;
mod mail_worker;
mod master_key;
mod measured_store;
mod metrics;
mod run;
pub(crate) mod shutdown;
mod upkeep;
mod wake_ups;
mod wiring;

pub use data_dir::DataDir;
pub use listen::{Bound, Listener, bind};
pub use run::run;
pub(crate) use run::{open_for_admin, run_until};
