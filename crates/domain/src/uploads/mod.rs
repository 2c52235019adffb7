//! Uploads that go on after a break: a file's bytes come in several requests, and what has been acknowledged is never lost.
//!
//! `sitting.rs` seals what one request brings; `resume.rs` finds out what an earlier one left; `complete.rs` makes the file. What a
//! client has sealed itself goes the same way, and its bytes stay as they are.

mod append;
mod cancel;
mod checksum;
mod complete;
mod create;
mod error;
mod resume;
mod scan;
mod service;
mod sitting;
mod sweep;
#[cfg(test)]
mod tests;
mod upload;
mod view;

pub use append::UploadPart;
pub(crate) use checksum::Checking;
pub use checksum::{ChecksumMismatch, ExpectedChecksum};
pub use create::{ClientSealed, NewUpload};
pub use error::UploadError;
pub use service::{UploadRules, Uploads};
pub use sweep::{SweepUploadsError, SweptUploads};
pub use upload::{Salt, Upload};
