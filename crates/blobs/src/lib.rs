//! Where the sealed bytes of files rest: the blob store of the domain, on the file system or in a bucket of an S3 server.
//!
//! It knows folders, durable writes and their failures. It must never know whose the bytes are, what is in them, or any
//! key: they come sealed, and names come random.
//!
//! Where to start reading:
//! - [`FsBlobStore`]: the folders, and how a blob is read, listed and deleted;
//! - `writer.rs`: why a blob is there as a whole or not at all;
//! - `output.rs` and `lane.rs`: how pieces are digested and written beside the sealing of the next ones;
//! - `growing.rs`: how a blob grows over several requests and restarts;
//! - `listing.rs`: how blobs are listed;
//! - `spool.rs`: where half-written blobs live, and how a crash's are told from a living process's;
//! - [`S3BlobStore`] and its folder `s3`: the same in a bucket.

mod archive;
mod failure;
mod folders;
mod growing;
mod lane;
mod listing;
mod output;
mod reader;
mod s3;
mod spool;
mod store;
#[cfg(feature = "testing")]
pub mod testing;
mod writer;

pub use archive::BlobFolder;
pub use folders::OpenBlobsError;
pub use s3::{OpenS3Error, S3BlobStore, S3Settings};
pub use store::FsBlobStore;
