//! Sealed messages of format `jose`, for clients: a signature inside, encryption to each recipient around it.
//!
//! A body is a JWE in general JSON serialization (RFC 7516, section 7.2.1): content encryption `A256GCM`, one entry per
//! recipient's key with `alg` `ECDH-ES+A256KW` (X25519: RFC 8037, P-256: RFC 7518, section 4.6) or `RSA-OAEP-256`
//! (RFC 7518, section 4.3), and the RFC 7638 thumbprint of that key as `kid`. Its plaintext is a JWS in compact
//! serialization (RFC 7515, section 7.1; `EdDSA`, and for reading also `ES256` and `PS256`), `kid` the thumbprint of
//! the sender's signing key, over the JSON object
//!
//! ```json
//! {"v": 1, "conversation": "<uuid>", "client_id": "<text>", "sent_at": "2026-11-21T13:04:05.678Z", "content": "<text>"}
//! ```
//!
//! The signature names the conversation and the client id, so that nobody (the server, or whoever could open the
//! message) can pass it on as if it had been said elsewhere. It does not name the recipients: within a conversation
//! everybody may read everything.
//!
//! What opens a file that its owner's client has sealed travels in the same form, [`wrap_file`]: signed by the owner's device, and
//! sealed to the keys of its reader. The signed object is then
//!
//! ```json
//! {"v": 1, "file": "<uuid>", "name": "<text>", "type": "<media type>", "size": 5, "key": "<base64url of 32 bytes>"}
//! ```
//!
//! # The whole interface
//! ```text
//! SigningKeyPair::generate(&dyn Entropy) -> Self                                          Ed25519
//! SigningKeyPair::from_seed(Secret<[u8; 32]>) -> Result<Self, InvalidPrivateKey>
//!     .seed() -> &Secret<[u8; 32]>   .kid() -> &str   .public_jwk() -> String
//!
//! SealingKeyPair::generate(&dyn Entropy) -> Self                                          X25519
//! SealingKeyPair::from_private(KeyAlgorithm, Secret<Vec<u8>>) -> Result<Self, InvalidPrivateKey>
//!     X25519 and P-256: 32 bytes; RSA: PKCS#8 DER
//!     .private() -> &Secret<Vec<u8>>   .algorithm() -> KeyAlgorithm   .kid() -> &str   .public_jwk() -> String
//!
//! RecipientKey::from_jwk(&str) -> Result<Self, KeyRefused>                                .kid() -> &str
//!
//! seal(&Draft<'_>, &SigningKeyPair, &[RecipientKey], &dyn Entropy) -> Result<String, CannotSeal>
//!     Draft<'a>  { conversation: ConversationId, client_id: &'a ClientId, sent_at: Timestamp, content: &'a str }
//! open(&str, &Place<'_>, &[SealingKeyPair], impl FnOnce(&str) -> Option<String>) -> Result<Opened, CannotOpen>
//!     Place<'a>  { conversation: ConversationId, client_id: &'a ClientId }
//!     Opened     { conversation: ConversationId, client_id: ClientId, sent_at: Timestamp, content: String,
//!                  sender_kid: String }
//!
//! wrap_file(&FileSeal, &SigningKeyPair, &[RecipientKey], &dyn Entropy) -> Result<String, CannotSeal>
//! unwrap_file(&str, FileId, &[SealingKeyPair], impl FnOnce(&str) -> Option<String>) -> Result<FileSeal, CannotOpen>
//!     FileSeal   { file: FileId, name: String, content_type: String, size: u64, key: Secret<[u8; 32]> }
//! ```
//!
//! # Example
//! ```
//! use sealpost_crypto::OsEntropy;
//! use sealpost_crypto::jose::{Draft, Place, RecipientKey, SealingKeyPair, SigningKeyPair, open, seal};
//! use sealpost_domain::Timestamp;
//! use sealpost_domain::conversations::ConversationId;
//! use sealpost_domain::messages::ClientId;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let (alice, bob) = (SigningKeyPair::generate(&OsEntropy), SealingKeyPair::generate(&OsEntropy));
//! let (conversation, client_id) = (ConversationId::from_bytes([1; 16]), ClientId::parse("hello-1")?);
//!
//! let draft = Draft { conversation, client_id: &client_id, sent_at: Timestamp::from_seconds(0), content: "Hi Bob" };
//! let body = seal(&draft, &alice, &[RecipientKey::from_jwk(&bob.public_jwk())?], &OsEntropy)?;
//!
//! // What the server's envelope says; and the signing keys that Bob has for the sender it names.
//! let place = Place { conversation, client_id: &client_id };
//! let opened = open(&body, &place, &[bob], |kid| (kid == alice.kid()).then(|| alice.public_jwk()))?;
//! assert_eq!((opened.content.as_str(), opened.sender_kid.as_str()), ("Hi Bob", alice.kid()));
//! # Ok(())
//! # }
//! ```

mod agreement;
pub(crate) mod compact;
mod content;
mod error;
mod file_seal;
mod jwe;
mod jws;
mod message;
pub(crate) mod oaep;
mod open;
mod payload;
mod recipient;
mod seal;
mod sealing_pair;
mod signing_pair;
#[cfg(test)]
mod tests;

pub use error::{CannotOpen, CannotSeal, InvalidPrivateKey};
pub use file_seal::{FileSeal, unwrap_file, wrap_file};
pub(crate) use jwe::Jwe;
pub use message::{Draft, Opened, Place};
pub use open::open;
pub use recipient::RecipientKey;
pub use seal::seal;
pub use sealing_pair::SealingKeyPair;
pub use signing_pair::SigningKeyPair;

/// The most keys that one message is sealed to.
pub const MAX_RECIPIENTS: usize = 1000;
