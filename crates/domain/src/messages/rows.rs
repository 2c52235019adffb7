//! Stored messages become what members see.

use std::collections::HashMap;

use super::{Message, MessageId, seal};
use crate::Timestamp;
use crate::files::{File, open_labels};
use crate::ports::{SealError, Sealer, StoreError, StoredFile, StoredMessage, Tx};

/// Messages as they rest, and the files that came with them.
#[derive(Debug, Default)]
pub(crate) struct Rows {
    messages: Vec<StoredMessage>,
    files: Vec<(MessageId, StoredFile)>,
}

impl Rows {
    /// So many messages are taken from the store with one question.
    pub(crate) const AT_ONCE: usize = 500;

    /// These messages, with their files.
    pub(crate) fn load(tx: &mut dyn Tx, messages: Vec<StoredMessage>) -> Result<Self, StoreError> {
        let with_files = messages.iter().filter(|message| message.attached);
        let ids: Vec<MessageId> = with_files.map(|message| message.id).collect();
        let mut files = Vec::new();
        for some in ids.chunks(Self::AT_ONCE) {
            files.extend(tx.messages().find_attachments(some)?);
        }
        Ok(Self { messages, files })
    }

    /// These messages, none of which has files.
    pub(crate) const fn without_files(messages: Vec<StoredMessage>) -> Self {
        Self {
            messages,
            files: Vec::new(),
        }
    }

    /// How they are at `now`, in the same order: of a message that was deleted, or whose time is over, its place is left and
    /// nothing else, whether the store has forgotten the rest already or not.
    pub(crate) fn open(
        self,
        sealer: &dyn Sealer,
        now: Timestamp,
    ) -> Result<Vec<Message>, SealError> {
        let opened = self.open_each(sealer, now);
        opened.map(|(_, message)| message).collect()
    }

    /// The same, where one that cannot be opened does not hide the others.
    pub(crate) fn open_each(
        self,
        sealer: &dyn Sealer,
        now: Timestamp,
    ) -> impl Iterator<Item = (MessageId, Result<Message, SealError>)> {
        let mut files: HashMap<MessageId, Vec<StoredFile>> =
            HashMap::with_capacity(self.files.len());
        for (message, stored) in self.files {
            files.entry(message).or_default().push(stored);
        }
        let mut keys = seal::Keys::default();
        self.messages.into_iter().map(move |row| {
            let files = files.remove(&row.id).unwrap_or_default();
            (row.id, open_one(row, &files, &mut keys, sealer, now))
        })
    }
}

/// How one that has no files is at `now`.
pub(crate) fn open_alone(
    row: StoredMessage,
    sealer: &dyn Sealer,
    now: Timestamp,
) -> Result<Message, SealError> {
    open_one(row, &[], &mut seal::Keys::default(), sealer, now)
}

fn open_one(
    mut row: StoredMessage,
    files: &[StoredFile],
    keys: &mut seal::Keys,
    sealer: &dyn Sealer,
    now: Timestamp,
) -> Result<Message, SealError> {
    let deleted_at = row.gone_at(now);
    let (body, attachments) = match deleted_at {
        Some(_) => (None, Vec::new()),
        None => (
            Some(keys.open_body(&mut row, sealer)?),
            files
                .iter()
                .map(|file| open_labels(file, sealer))
                .collect::<Result<Vec<File>, _>>()?,
        ),
    };
    Ok(Message {
        id: row.id,
        conversation: row.conversation,
        seq: row.seq,
        sender: row.sender,
        sender_username: row.sender_username,
        client_id: row.client_id,
        format: row.format,
        body,
        attachments,
        sent_at: row.sent_at.filter(|_| deleted_at.is_none()),
        created_at: row.created_at,
        expires_at: row.expires_at,
        deleted_at,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conversations::ConversationId;
    use crate::messages::{ClientId, Format};
    use crate::ports::MockSealer;
    use crate::testing::account;

    fn stored(deleted_at: Option<Timestamp>, expires_at: Option<Timestamp>) -> StoredMessage {
        StoredMessage {
            id: MessageId::from_bytes([1; 16]),
            conversation: ConversationId::from_bytes([2; 16]),
            sealed_key: Vec::new(),
            seq: 1,
            sender: account("alice").id,
            sender_username: account("alice").username,
            client_id: ClientId::parse("c").unwrap(),
            format: Format::Opaque,
            body: b"sealed".to_vec(),
            attached: false,
            sent_at: Some(Timestamp::from_seconds(1)),
            created_at: Timestamp::from_seconds(1),
            expires_at,
            deleted_at,
        }
    }

    fn open(stored: StoredMessage, now: i64) -> Message {
        let rows = Rows {
            messages: vec![stored],
            files: Vec::new(),
        };
        let now = Timestamp::from_seconds(now);
        rows.open(&MockSealer::new(), now).unwrap().pop().unwrap()
    }

    #[test]
    fn what_has_expired_is_gone_before_it_is_swept() {
        let end = Some(Timestamp::from_seconds(10));
        let there = open(stored(None, end), 9);
        assert_eq!(there.body.unwrap().as_str(), "sealed");
        assert_eq!((there.deleted_at, there.expires_at), (None, end));
        let gone = open(stored(None, end), 10);
        assert_eq!((gone.body, gone.sent_at), (None, None));
        assert_eq!((gone.deleted_at, gone.seq), (end, 1));
    }

    #[test]
    fn what_was_deleted_keeps_its_place_alone() {
        let at = Some(Timestamp::from_seconds(3));
        let gone = open(stored(at, Some(Timestamp::from_seconds(10))), 4);
        assert_eq!((gone.body, gone.sent_at, gone.deleted_at), (None, None, at));
    }
}
