//! Stored messages become what their readers see.

use std::collections::HashMap;

use super::{Attachment, ChatMessage, Extension};
use crate::files::open_labels;
use crate::messages::{MessageId, open_all};
use crate::ports::{SealError, Sealer, StoreError, StoredFile, StoredMessage, Tx};

/// Messages as they rest, and the files that came with them.
pub(super) struct Rows {
    messages: Vec<StoredMessage>,
    files: Vec<(MessageId, StoredFile)>,
}

impl Rows {
    /// These messages (at most 500), with their files.
    pub(super) fn load(tx: &mut dyn Tx, messages: Vec<StoredMessage>) -> Result<Self, StoreError> {
        let ids: Vec<MessageId> = messages.iter().map(|message| message.id).collect();
        let files = tx.chats().find_attachments(&ids)?;
        Ok(Self { messages, files })
    }

    /// Opened, in the same order, each with its conversation.
    pub(super) fn open(self, sealer: &dyn Sealer) -> Result<Vec<Opened>, SealError> {
        let mut files = HashMap::with_capacity(self.files.len());
        for (message, stored) in self.files {
            let file = open_labels(&stored, sealer)?;
            let name = file.name.as_ref().map_or("", |name| name.as_str());
            let extension = Extension::of(name);
            let attachment = Attachment {
                file: file.id,
                extension,
            };
            files.insert(message, attachment);
        }
        let messages = open_all(self.messages, sealer)?;
        let opened = messages.into_iter().map(|message| Opened {
            conversation: message.conversation,
            message: ChatMessage {
                seq: message.seq,
                text: message.body.as_str().to_owned(),
                attachment: files.remove(&message.id),
                created_at: message.created_at,
                sender: message.sender_username,
            },
        });
        Ok(opened.collect())
    }
}

/// A message and where it was said.
pub(super) struct Opened {
    pub(super) conversation: crate::conversations::ConversationId,
    pub(super) message: ChatMessage,
}
