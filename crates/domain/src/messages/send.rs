//! A member says something. What is acknowledged is durable, in order, and there once however often it is repeated.

use std::time::Duration;

use thiserror::Error;

use super::{
    Attachments, Body, ClientId, Format, Lifetime, MessageId, Messages, Mismatch, mismatch, seal,
};
use crate::Timestamp;
use crate::accounts::AccountId;
use crate::contacts::{Correspondent, WritingRefused};
use crate::conversations::ConversationId;
use crate::files::FileId;
use crate::inbox::{EventKind, NewEvent};
use crate::keys::{Thumbprint, parse_kid};
use crate::ports::{
    Digest, Digester, MacPurpose, NewMessage, SealError, Sealer, Sending, StoreError, StoreExt, Tx,
};
use crate::sessions::Actor;
use crate::{DomainError, ErrorKind};

/// Asks for a message to be stored and delivered.
#[derive(Debug, Clone)]
pub struct SendMessage {
    /// Where.
    pub conversation: ConversationId,
    /// The sender's own name for it.
    pub client_id: ClientId,
    /// What the body is.
    pub format: Format,
    /// The body.
    pub body: Body,
    /// When the sender's clock says it was sent.
    pub sent_at: Option<Timestamp>,
    /// How long it stays, if the conversation's messages do not stay shorter; None: as long as they do.
    pub expires_in: Option<Lifetime>,
    /// The sender's files that go with it: every member may read them from then on.
    pub attachments: Attachments,
}

/// That a message is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// Its id.
    pub id: MessageId,
    /// Its place in the conversation.
    pub seq: u64,
    /// When the server took it.
    pub created_at: Timestamp,
    /// When it is over; None if it stays.
    pub expires_at: Option<Timestamp>,
}

/// Why a message was not taken.
#[derive(Debug, Error)]
pub enum SendMessageError {
    /// There is none, or the caller is not in it.
    #[error("no such conversation")]
    UnknownConversation,
    /// The body is not what `jose` says.
    #[error(
        "a jose body is a JWE in general JSON serialization with 1 to 1000 recipients, encrypted with A256GCM"
    )]
    NotJose,
    /// It is not sealed to those who are in the conversation as they are now.
    #[error("the message is not sealed to the keys that the members have now: seal it anew")]
    MismatchedRecipients(Box<Mismatch>),
    /// One of the files is not there, or not the sender's.
    #[error("no such file of yours")]
    UnknownFile,
    /// The sender has used this name for another message.
    #[error("this client_id was used for another message: use a new one for each message")]
    ClientIdReused,
    /// The other one takes no messages from the sender: by a setting, or by a block. The sender cannot tell which.
    #[error("this user takes no messages from you")]
    TakesNoMessages,
    /// The sender has blocked the other one.
    #[error("you have blocked this user: lift the block first")]
    Blocked,
    /// The conversation's key does not open.
    #[error("the key of the conversation cannot be opened")]
    Sealed(#[from] SealError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What is known of the message before its conversation is.
pub(super) struct Draft {
    pub(super) id: MessageId,
    pub(super) sender: AccountId,
    pub(super) command: SendMessage,
    /// The keys that a message of [`Format::Jose`] is sealed to.
    pub(super) recipients: Vec<Thumbprint>,
    pub(super) digest: Digest,
    pub(super) now: Timestamp,
}

impl Messages {
    /// Stores a message and puts it into every member's inbox, in one unit of work. A repeat with the same
    /// `client_id` is answered like the original and changes nothing.
    ///
    /// # Errors
    /// [`SendMessageError`].
    pub async fn send(
        &self,
        actor: &Actor,
        command: SendMessage,
    ) -> Result<Receipt, SendMessageError> {
        let recipients = match command.format {
            Format::Jose => self.inspector.recipients(command.body.as_str()),
            _ => Some(Vec::new()),
        };
        let recipients = recipients.ok_or(SendMessageError::NotJose)?;
        let draft = Draft {
            id: self.env.new_id(),
            sender: actor.account(),
            // What is no thumbprint names no key that anybody has published.
            recipients: recipients.iter().filter_map(|kid| parse_kid(kid)).collect(),
            digest: digest(&command, &*self.digester),
            command,
            now: self.env.now(),
        };
        let sealer = std::sync::Arc::clone(&self.sealer);
        let sending = Sending {
            conversation: draft.command.conversation,
            sender: draft.sender,
            client_id: draft.command.client_id.clone(),
        };
        self.env
            .store
            .send(sending, move |tx| append(tx, &draft, &*sealer))
            .await
    }
}

/// Tells a repeat from another message of the same name. A MAC and no plain hash: the database must not let
/// anybody try out what a `text` message said.
pub(super) fn digest(command: &SendMessage, digester: &dyn Digester) -> Digest {
    let mut bytes = Vec::with_capacity(18 + command.body.as_str().len());
    bytes.extend_from_slice(command.conversation.as_bytes());
    bytes.extend_from_slice(&command.format.code().to_be_bytes());
    bytes.extend_from_slice(command.body.as_str().as_bytes());
    // No text has these bytes in UTF-8: what follows cannot be taken for part of the body.
    if let Some(expires_in) = command.expires_in {
        bytes.push(0xFE);
        bytes.extend_from_slice(&expires_in.as_seconds().to_be_bytes());
    }
    if !command.attachments.as_slice().is_empty() {
        bytes.push(0xFF);
        let files = command.attachments.as_slice().iter();
        bytes.extend(files.flat_map(FileId::as_bytes));
    }
    digester.mac(MacPurpose::Repeat, &bytes)
}

pub(super) fn append(
    tx: &mut dyn Tx,
    draft: &Draft,
    sealer: &dyn Sealer,
) -> Result<Receipt, SendMessageError> {
    let Draft {
        id,
        sender,
        command,
        recipients,
        digest,
        now,
    } = draft;
    // Under the lock, so that who is removed before this message does not get it, and who is added gets all after.
    let membership = tx
        .conversations()
        .lock_membership(command.conversation, *sender)?;
    let membership = membership.ok_or(SendMessageError::UnknownConversation)?;
    if let Some((receipt, original)) = tx.messages().find_sent(*sender, &command.client_id)? {
        return if original == *digest {
            Ok(receipt)
        } else {
            Err(SendMessageError::ClientIdReused)
        };
    }
    // After the repeat: what was taken stays taken.
    membership
        .others
        .iter()
        .try_for_each(Correspondent::check)?;
    if command.format == Format::Jose {
        mismatch::check(tx, *sender, command.conversation, recipients)?;
    }
    for file in command.attachments.as_slice() {
        let own = tx.files().find(*sender, *file)?;
        own.ok_or(SendMessageError::UnknownFile)?;
    }
    let lifetime = Lifetime::shorter(command.expires_in, membership.expires_in);
    let expires_at = lifetime.map(|lifetime| lifetime.after(*now));
    let body = seal::to_stored(
        (id, &command.conversation),
        &membership.sealed_key,
        command.format,
        &command.body,
        sealer,
    )?;
    let seq = tx.messages().append(&NewMessage {
        id: *id,
        conversation: command.conversation,
        sender: *sender,
        client_id: command.client_id.clone(),
        digest: *digest,
        format: command.format,
        body,
        attachments: command.attachments.as_slice().to_vec(),
        sent_at: command.sent_at,
        created_at: *now,
        expires_at,
    })?;
    let event = NewEvent {
        kind: EventKind::MessageCreated,
        subject: *id.as_bytes(),
        created_at: *now,
    };
    tx.inbox().collect(&membership.members, event);
    Ok(Receipt {
        id: *id,
        seq,
        created_at: *now,
        expires_at,
    })
}

impl From<WritingRefused> for SendMessageError {
    fn from(refused: WritingRefused) -> Self {
        match refused {
            WritingRefused::Blocked => Self::Blocked,
            WritingRefused::TakesNone => Self::TakesNoMessages,
        }
    }
}

impl DomainError for SendMessageError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::UnknownConversation => ErrorKind::NotFound,
            Self::NotJose | Self::UnknownFile => ErrorKind::Invalid,
            Self::ClientIdReused | Self::MismatchedRecipients(_) => ErrorKind::Conflict,
            Self::TakesNoMessages | Self::Blocked => ErrorKind::Forbidden,
            Self::Sealed(_) => ErrorKind::Internal,
            Self::Store(error) => error.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::UnknownConversation => "unknown-conversation",
            Self::NotJose => "invalid-jose",
            Self::UnknownFile => "unknown-file",
            Self::MismatchedRecipients(_) => "mismatched-recipients",
            Self::ClientIdReused => "client-id-reused",
            Self::TakesNoMessages => "takes-no-messages",
            Self::Blocked => "user-blocked",
            Self::Sealed(_) => "internal-error",
            Self::Store(error) => error.code(),
        }
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            Self::ClientIdReused => Some("client_id"),
            Self::NotJose => Some("body"),
            Self::UnknownFile => Some("attachments"),
            _ => None,
        }
    }

    fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Store(error) => error.retry_after(),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests;
