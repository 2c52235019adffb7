//! The key log: an append-only Merkle tree over everything that ever happened to anybody's keys, so that nobody has to believe
//! the server about them.
//!
//! A change of an account's keys records a [`PendingLink`] in its own unit of work. [`KeyLog::sequence`] takes what has come
//! since, makes each a link of its account's chain, commits to it in a leaf of the tree, and signs the tree. Where to start
//! reading: [`PendingLink::text`] for what a link says, [`Leaf`] for what the tree holds of it, [`tree`] for the tree.

mod backfill;
mod leaf;
mod link;
mod prove;
mod record;
mod sequence;
mod service;
mod show;
pub mod tree;
mod verify;

pub use leaf::{Leaf, Opening};
pub use link::{ChainLink, LinkOperation, NewLink, PendingLink, SettledLink};
pub use prove::{ConsistencyProof, InclusionProof, LeafPage, ProofError};
pub(crate) use record::{bury, record};
pub use sequence::TreeHead;
pub use service::{KeyLog, KeyLogInfo};
pub use show::{KeysWithChain, ProvedLink};
pub use verify::{verify_consistency, verify_inclusion};
