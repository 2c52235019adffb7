//! The Rust SDK of Sealpost: typed calls, end-to-end encryption, and an inbox that misses nothing.
//!
//! This crate speaks the native API (`/v1`) over HTTP and holds what must never reach the server: private keys. It must
//! never know how a server works inside; it shares the domain's ids and values, and the crypto crate's format of sealed
//! messages. No password, token, key or text of a message appears in any `Debug` output or error of this crate.
//!
//! Where to start reading:
//! - [`Server`]: a place; register and log in there;
//! - [`Client`]: somebody who is logged in, with a method for each call. It renews its tokens by itself;
//! - [`Follower`]: the inbox over a WebSocket, through lost connections, each event once and in order;
//! - [`KnownLog`]: the key log, which shows whether the server tells everybody the same about keys;
//! - [`Device`] and [`Correspondent`]: private keys, and messages and files that the server cannot read;
//! - [`LinkAddress`]: a link to a file, for whoever has one.
//!
//! ```no_run
//! use sealpost_client::{Correspondent, Device, EventData, Server, Update};
//!
//! # async fn example() -> Result<(), sealpost_client::ClientError> {
//! let server = Server::at("http://localhost:5000")?;
//! let client = server.log_in("bob", "correct horse battery").await?;
//! let bob = Correspondent::new(client.clone(), Device::load_or_generate("bob.keys".as_ref())?);
//! bob.publish().await?;
//!
//! let mut inbox = client.follow().await?;
//! loop {
//!     match inbox.next().await? {
//!         Update::Event(event) => {
//!             if let EventData::MessageCreated(message) = event.data {
//!                 println!("{}: {}", message.sender.username, bob.open(&message).await?.content);
//!             }
//!         }
//!         Update::Gap(gap) => println!("something is missing before {}: read the history", gap.latest),
//!     }
//! }
//! # }
//! ```

mod call;
mod calls;
mod error;
mod inbox;
mod key_log;
mod links;
mod patience;
mod sealed;
mod server;
mod session;
#[cfg(test)]
mod testing;
mod wire;

pub use calls::{
    Download, KeyMaterial, LinkTerms, NewFileLink, NewGroup, NewUpload, Order, Outgoing,
    SealedLink, SealedUpload,
};
pub use error::{ClientError, FieldError, Problem};
pub use inbox::{Cursor, Follower, Gap, Update};
pub use key_log::{
    ChainHead, CheckedKeys, CheckedLink, InvalidKnownLog, KeyLogError, KnownLog, LinkKey,
};
pub use links::{LinkAddress, OpenedLink};
pub use sealed::{Correspondent, Device, SealedDownload};
pub use server::Server;
pub use session::{Client, HeldToken, LogIn, PendingLogIn, TokenStore};
pub use wire::{
    Account, Conversation, ConversationKind, Custody, Envelope, EnvelopeReceipt, Event, EventData,
    Events, FileKey, FileLink, FileProtection, FileShare, Format, KeyChange, LinkNotice, Member,
    MemberChange, Message, NamedUser, Page, PublishedKey, Receipt, Role, SealingTerms, StoredFile,
    Upload, User,
};

pub use sealpost_crypto::NoteVerifier;
pub use sealpost_crypto::jose::{CannotOpen, CannotSeal, FileSeal, Opened};
pub use sealpost_crypto::key_backup::{CannotOpenBackup, InvalidRecoveryCode, RecoveryCode};
pub use sealpost_domain::accounts::AccountId;
pub use sealpost_domain::conversations::ConversationId;
pub use sealpost_domain::envelopes::EnvelopeId;
pub use sealpost_domain::files::FileId;
pub use sealpost_domain::inbox::Offset;
pub use sealpost_domain::key_log::TreeHead;
pub use sealpost_domain::keys::{KeyId, KeyUse};
pub use sealpost_domain::links::LinkId;
pub use sealpost_domain::messages::{ClientId, MessageId};
pub use sealpost_domain::ports::KeyRefused;
pub use sealpost_domain::sessions::SessionId;
pub use sealpost_domain::{Secret, Timestamp};
