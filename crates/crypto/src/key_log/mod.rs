//! The key log's signatures: C2SP `signed-note` and `tlog-checkpoint`, with Ed25519.

mod note;
mod signer;
#[cfg(test)]
mod tree_tests;
mod verifier;

pub use signer::NoteSigner;
pub use verifier::{Checkpoint, InvalidNote, InvalidNoteKey, NoteVerifier};
