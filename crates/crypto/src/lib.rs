//! Cryptography, the clock and randomness: the adapters behind the domain's ports that need a primitive.
//!
//! This crate composes well-known primitives from well-known libraries (the RustCrypto crates, aws-lc-rs) and gives
//! each a single typed door. It must never know a database, HTTP, a runtime, the configuration or who may do what:
//! keys come in as values, and whether a genuine token is still *good* is the domain's rule. No secret appears in
//! any `Debug` output or error of this crate.
//!
//! Where to start reading:
//! - [`Keyring`]: the master keys, the only secrets that live outside the database;
//! - [`MasterSealer`]: what every sealed column looks like, and why a copied value does not open elsewhere;
//! - [`ChunkedCipher`]: the format of files, sealed as they come;
//! - [`StreamingFernet`]: files as Fernet tokens, for the `vault` dialect;
//! - [`Argon2Hasher`]: password hashing on threads of its own, with a bounded queue;
//! - [`ZxcvbnPasswords`]: which new passwords are refused because everybody tries them first;
//! - [`JwtSigner`]: access tokens, and everything a token is refused for;
//! - [`PublicKeyInspector`]: which public keys of people are taken;
//! - [`RsaDataKeys`] and [`RsaPemReader`]: what the `messenger` dialect needs of RSA;
//! - [`ChannelEnvelopes`], [`JweCustodian`] and [`CustodialPairPool`]: what the `channel` dialect needs;
//! - [`NoteSigner`] and [`NoteVerifier`]: checkpoints of the key log, as the server signs and clients verify them;
//! - [`jose`] and [`key_backup`]: end-to-end encrypted messages and keys, as clients seal and open them.

mod b64;
mod channel;
mod checksums;
mod chunked;
mod clock;
mod common_passwords;
mod custodial;
mod data_key;
mod derive;
mod digester;
mod entropy;
mod fernet;
mod hotp;
pub mod jose;
mod json;
pub mod key_backup;
mod key_log;
mod keyring;
mod keys;
mod link_keys;
mod password;
mod private_pem;
mod safety_number;
mod sealer;
mod stream_digest;
mod thumbprint;
mod tokens;

pub use channel::ChannelEnvelopes;
pub use checksums::StreamChecksums;
pub use chunked::ChunkedCipher;
pub use clock::SystemClock;
pub use common_passwords::ZxcvbnPasswords;
pub use custodial::{CustodialPairPool, JweCustodian};
pub use data_key::RsaDataKeys;
pub use digester::{ServerDigester, sha256};
pub use entropy::OsEntropy;
pub use fernet::StreamingFernet;
pub use hotp::HmacHotp;
pub use key_log::{Checkpoint, InvalidNote, InvalidNoteKey, NoteSigner, NoteVerifier};
pub use keyring::{KeyFileText, Keyring, KeyringError};
pub use keys::{PublicKeyInspector, rsa_jwk_to_pem};
pub use link_keys::{HkdfLinkKeys, link_wrap_key, unwrap_from_link, wrap_for_link};
pub use password::{Argon2Hasher, Argon2Params, InvalidParams, PoolSize};
pub use private_pem::RsaPemReader;
pub use safety_number::{Side, safety_number};
pub use sealer::{MasterSealer, sealing_kid_of};
pub use stream_digest::StreamDigest;
pub use tokens::{InvalidSigningKey, JwtSigner};
