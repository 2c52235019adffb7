//! Blobs in a bucket of an S3 server.
//!
//! Where to start reading:
//! - [`S3BlobStore`]: how a blob is read, listed and deleted;
//! - `writer.rs`: small blobs by one request, larger ones in parts, and what is done about those nobody finished;
//! - `growing.rs` and `staging.rs`: how a blob grows over several requests and restarts;
//! - `http.rs`: on which threads requests run, and how long they may take;
//! - `failure.rs`: what of a server's answers is told.

mod failure;
mod growing;
mod http;
mod keys;
mod reader;
mod settings;
mod staging;
mod state;
mod store;
mod task;
mod unfinished;
mod writer;

pub use settings::{OpenS3Error, S3Settings};
pub use store::S3BlobStore;
