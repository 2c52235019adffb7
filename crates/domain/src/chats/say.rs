//! Somebody says something in a conversation that they follow.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_core::Stream;
use thiserror::Error;

use super::{Chats, NewAttachment};
use crate::conversations::ConversationId;
use crate::files::{BrokenBody, ContentType, File, FileName, NewFile, UploadFileError};
use crate::messages::{Body, ClientId, Format, MessageId, Receipt, SendMessage, SendMessageError};
use crate::sessions::Actor;

/// Asks for something to be said.
#[derive(Debug, Clone)]
pub struct Say {
    /// Where.
    pub conversation: ConversationId,
    /// What, at most [`Chats::MAX_TEXT`] characters. May be empty if a file comes with it.
    pub text: String,
    /// The file that goes with it.
    pub attachment: Option<NewAttachment>,
}

/// Why it was not said.
#[derive(Debug, Error)]
pub enum SayError {
    /// Neither a text nor a file.
    #[error("there is nothing in this message")]
    Empty,
    /// More characters than a text may have.
    #[error("a message has at most {} characters", Chats::MAX_TEXT)]
    TooLong,
    /// A character that no text may have.
    #[error("no text may contain the character NUL")]
    Nul,
    /// More bytes than a file may have that goes with a message.
    #[error("an attachment has at most {limit} bytes")]
    TooLarge {
        /// How many it may have.
        limit: usize,
    },
    /// The file was not stored.
    #[error(transparent)]
    Upload(#[from] UploadFileError),
    /// The message was not taken.
    #[error(transparent)]
    Send(#[from] SendMessageError),
}

domain_error!(SayError {
    Empty: Invalid, "empty-message";
    TooLong: Invalid, "message-too-long";
    Nul: Invalid, "nul-character";
    TooLarge: TooLarge, "attachment-too-large";
} else { Upload, Send });

impl Chats {
    /// Stores a `text` message and puts it into both inboxes; its file, if there is one, becomes one of the sender's that
    /// both may read.
    ///
    /// # Errors
    /// [`SayError`]; then neither is stored.
    pub async fn say(&self, actor: &Actor, say: Say) -> Result<Receipt, SayError> {
        self.check(&say)?;
        let file = match say.attachment {
            Some(attachment) => Some(self.store(actor, attachment).await?),
            None => None,
        };
        let command = SendMessage {
            conversation: say.conversation,
            client_id: ClientId::restore(format!("chat-{}", self.env.new_id::<MessageId>())),
            format: Format::Text,
            body: Body::restore(say.text),
            sent_at: None,
            expires_in: None,
            attachments: file.as_ref().map(|file| file.id.into()).unwrap_or_default(),
        };
        let sent = self.messages.send(actor, command).await;
        if let (Err(_), Some(file)) = (&sent, &file) {
            // If this fails too, its owner finds a file that nobody else can read.
            let _ = self.files.delete(actor, file.id).await;
        }
        Ok(sent?)
    }

    fn check(&self, say: &Say) -> Result<(), SayError> {
        let limit = self.max_attachment;
        let content = say.attachment.as_ref().map(|file| file.content.len());
        if say.text.is_empty() && content.is_none() {
            return Err(SayError::Empty);
        }
        if say.text.contains('\0') {
            return Err(SayError::Nul);
        }
        if say.text.chars().nth(Self::MAX_TEXT).is_some() {
            return Err(SayError::TooLong);
        }
        if content.is_some_and(|size| size > limit) {
            return Err(SayError::TooLarge { limit });
        }
        Ok(())
    }

    async fn store(&self, actor: &Actor, new: NewAttachment) -> Result<File, UploadFileError> {
        let media_type = new.extension.media_type();
        let file = NewFile {
            checksums: Vec::new(),
            name: FileName::parse(&format!("attachment.{}", new.extension)).ok(),
            content_type: media_type
                .and_then(|text| ContentType::parse(text).ok())
                .unwrap_or_else(ContentType::unknown),
            length: u64::try_from(new.content.len()).ok(),
        };
        let body = Whole(Some(new.content));
        self.files.upload(actor, file, Box::pin(body)).await
    }
}

/// All bytes at once.
struct Whole(Option<Bytes>);

impl Stream for Whole {
    type Item = Result<Bytes, BrokenBody>;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Poll::Ready(self.0.take().map(Ok))
    }
}
