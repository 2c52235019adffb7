//! How `text` bodies rest: sealed under their conversation's key, which is sealed under the master key.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use zeroize::Zeroizing;

use super::{Body, Format, MessageId};
use crate::Secret;
use crate::conversations::ConversationId;
use crate::ports::{Binding, SealError, SealPurpose, Sealer, StoredMessage};

/// Where a conversation's key belongs.
pub(crate) const fn key_binding(id: &ConversationId) -> Binding<'_> {
    Binding {
        purpose: SealPurpose::Conversation,
        table: "conversations",
        column: "sealed_key",
        row: id.as_bytes(),
        owner: id.as_bytes(),
    }
}

const fn body_binding<'a>(id: &'a MessageId, conversation: &'a ConversationId) -> Binding<'a> {
    Binding {
        purpose: SealPurpose::Conversation,
        table: "messages",
        column: "body",
        row: id.as_bytes(),
        owner: conversation.as_bytes(),
    }
}

pub(crate) fn open_key(
    id: &ConversationId,
    sealed: &[u8],
    sealer: &dyn Sealer,
) -> Result<Secret<[u8; 32]>, SealError> {
    let opened = sealer.open(&key_binding(id), sealed)?;
    opened
        .as_slice()
        .try_into()
        .map(Secret::new)
        .map_err(|_| SealError::Rejected)
}

/// The bytes to store for a body: sealed if the server protects it, as they came if their sender did.
pub(super) fn to_stored(
    (id, conversation): (&MessageId, &ConversationId),
    sealed_key: &[u8],
    format: Format,
    body: &Body,
    sealer: &dyn Sealer,
) -> Result<Vec<u8>, SealError> {
    let bytes = body.as_str().as_bytes();
    match format {
        Format::Jose | Format::Opaque | Format::Messenger | Format::Mailbox => Ok(bytes.to_vec()),
        Format::Text => {
            let key = open_key(conversation, sealed_key, sealer)?;
            Ok(sealer.seal_under(&key, &body_binding(id, conversation), bytes))
        }
    }
}

/// The keys of conversations, each opened once.
#[derive(Default)]
pub(super) struct Keys(HashMap<ConversationId, Secret<[u8; 32]>>);

impl Keys {
    /// The body of a stored message that is still there; the row is left without it.
    pub(super) fn open_body(
        &mut self,
        row: &mut StoredMessage,
        sealer: &dyn Sealer,
    ) -> Result<Body, SealError> {
        let body = match row.format {
            Format::Jose | Format::Opaque | Format::Messenger | Format::Mailbox => {
                Zeroizing::new(std::mem::take(&mut row.body))
            }
            Format::Text => {
                let key = match self.0.entry(row.conversation) {
                    Entry::Occupied(opened) => opened.into_mut(),
                    Entry::Vacant(vacant) => {
                        vacant.insert(open_key(&row.conversation, &row.sealed_key, sealer)?)
                    }
                };
                sealer.open_under(key, &body_binding(&row.id, &row.conversation), &row.body)?
            }
        };
        // What was text when it was stored is text now, or it is not what was stored.
        let text = std::str::from_utf8(&body).map_err(|_| SealError::Rejected)?;
        Ok(Body::restore(text.to_owned()))
    }
}
