//! How the server starts, runs and ends.
//!
//! `run.rs` is the sequence; the other files are its steps.

mod blobs;
mod data_dir;
pub(crate) mod database;
mod descriptors;
mod file_system;
mod file_upkeep;
mod greeting;
mod keyring;
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

pub(crate) use blobs::open_bucket;
pub use data_dir::DataDir;
pub use listen::{Bound, Listener, bind};
pub(crate) use master_key::{load_existing as load_existing_key, path as master_key_path};
pub use run::run;
pub(crate) use run::{open_for_admin, run_until};
pub(crate) use wiring::environment;
