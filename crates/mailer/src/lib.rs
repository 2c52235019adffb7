//! How mail leaves: the texts, and the ways they go.
//!
//! It knows templates, mail headers, SMTP and their failures. It must never know the outbox, when a mail is tried again,
//! or whose account it is about: it is handed one mail, and says whether that mail was taken over.
//!
//! Where to start reading:
//! - [`Letterhead`]: what is the same in every mail, and how a mail becomes a MIME message;
//! - `templates.rs` and the folder `templates/`: the texts, each as plain text and as HTML;
//! - [`SmtpMailer`]: the conversation with a mail server, and which failure means what;
//! - [`FileMailer`]: mail as files, for trying things out.

mod failure;
mod file;
mod letter;
mod smtp;
mod templates;
#[cfg(feature = "testing")]
pub mod testing;

pub use file::{FileMailer, OpenMailFolderError};
pub use letter::{HostName, Letterhead, LetterheadError};
pub use smtp::{SmtpConfig, SmtpConfigError, SmtpLogin, SmtpMailer, SmtpTls};
