//! Stored messages become what their readers see.

use super::{Attachment, ChatMessage, Extension};
use crate::Timestamp;
use crate::files::File;
use crate::messages;
use crate::ports::{SealError, Sealer, StoreError, StoredMessage, Tx};

/// Messages as they rest, and the files that came with them.
pub(super) struct Rows(messages::Rows);

impl Rows {
    /// These messages (at most 500), with their files.
    pub(super) fn load(tx: &mut dyn Tx, messages: Vec<StoredMessage>) -> Result<Self, StoreError> {
        messages::Rows::load(tx, messages).map(Self)
    }

    /// Opened, in the same order, each with its conversation. What is gone at `now` is passed over; of several files that came
    /// with one message the first is shown.
    pub(super) fn open(
        self,
        sealer: &dyn Sealer,
        now: Timestamp,
    ) -> Result<Vec<Opened>, SealError> {
        let messages = self.0.open(sealer, now)?.into_iter();
        let opened = messages.filter_map(|message| {
            let body = message.body?;
            Some(Opened {
                conversation: message.conversation,
                message: ChatMessage {
                    seq: message.seq,
                    text: body.as_str().to_owned(),
                    attachment: message.attachments.first().map(attachment),
                    created_at: message.created_at,
                    sender: message.sender_username,
                },
            })
        });
        Ok(opened.collect())
    }
}

fn attachment(file: &File) -> Attachment {
    let name = file.name.as_ref().map_or("", |name| name.as_str());
    Attachment {
        file: file.id,
        extension: Extension::of(name),
    }
}

/// A message and where it was said.
pub(super) struct Opened {
    pub(super) conversation: crate::conversations::ConversationId,
    pub(super) message: ChatMessage,
}
