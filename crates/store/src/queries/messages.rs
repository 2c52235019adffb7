use diesel::prelude::*;
use sealpost_domain::Timestamp;
use sealpost_domain::accounts::{AccountId, Username};
use sealpost_domain::conversations::ConversationId;
use sealpost_domain::messages::{ClientId, Format, MessageId, Reach};
use sealpost_domain::ports::{
    MessageRepository, NewMessage, StoreError, StoredFile, StoredMessage,
};

use super::message_pages::{Wanted, page, visible_page};
use super::{Conn, UnitTx, bulk, expressions, files, message_ends};
use crate::decode::{At, IdColumn, SentRow, bytes, coded, count, decode_sent};
use crate::failure::QueryError;
use crate::schema::{accounts, attachments, conversations, files as file_rows, messages};
use crate::sends::Sent;

const fn at(column: &'static str) -> At {
    At("messages", column)
}

// Nothing is left out of the statement, so that its text is known without writing it.
#[derive(Insertable)]
#[diesel(table_name = messages, treat_none_as_default_value = false)]
struct NewRow<'a> {
    id: &'a [u8],
    conversation_id: &'a [u8],
    seq: i64,
    sender_id: &'a [u8],
    client_id: &'a str,
    digest: &'a [u8],
    format: i16,
    body: &'a [u8],
    sent_at: Option<i64>,
    created_at: i64,
    expires_at: Option<i64>,
    attached: i16,
}

impl<'a> NewRow<'a> {
    fn of(message: &'a NewMessage, seq: i64) -> Self {
        Self {
            id: message.id.as_bytes(),
            conversation_id: message.conversation.as_bytes(),
            seq,
            sender_id: message.sender.as_bytes(),
            client_id: message.client_id.as_str(),
            digest: &message.digest,
            format: message.format.code(),
            body: &message.body,
            sent_at: message.sent_at.map(Timestamp::as_micros),
            created_at: message.created_at.as_micros(),
            expires_at: message.expires_at.map(Timestamp::as_micros),
            attached: i16::try_from(message.attachments.len()).unwrap_or(i16::MAX),
        }
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = messages)]
pub(super) struct Row {
    id: IdColumn,
    conversation_id: IdColumn,
    seq: i64,
    sender_id: IdColumn,
    client_id: String,
    format: i16,
    body: Vec<u8>,
    sent_at: Option<i64>,
    created_at: i64,
    deleted_at: Option<i64>,
    expires_at: Option<i64>,
    attached: i16,
}

/// A row with its sender's username (as written, and folded) and its conversation's key.
pub(super) type Joined = (Row, (String, String), Vec<u8>);

/// The message of such a row.
pub(super) fn decode(
    (row, (username, key), sealed_key): Joined,
) -> Result<StoredMessage, StoreError> {
    Ok(StoredMessage {
        id: MessageId::from_bytes(row.id.decode(at("id"))?),
        conversation: ConversationId::from_bytes(
            row.conversation_id.decode(at("conversation_id"))?,
        ),
        sealed_key,
        seq: count(row.seq, at("seq"))?,
        sender: AccountId::from_bytes(row.sender_id.decode(at("sender_id"))?),
        sender_username: Username::restore(username, key),
        client_id: ClientId::restore(row.client_id),
        format: coded(row.format, Format::from_code, at("format"))?,
        body: row.body,
        attached: row.attached != 0,
        sent_at: row.sent_at.map(Timestamp::from_micros),
        created_at: Timestamp::from_micros(row.created_at),
        expires_at: row.expires_at.map(Timestamp::from_micros),
        deleted_at: row.deleted_at.map(Timestamp::from_micros),
    })
}

/// What [`decode`] takes, of messages joined with accounts and conversations.
macro_rules! joined {
    () => {
        messages::table
            .inner_join(accounts::table)
            .inner_join(conversations::table)
            .select((
                Row::as_select(),
                (accounts::username, accounts::username_key),
                conversations::sealed_key,
            ))
    };
}

pub(super) use joined;

/// Which messages' time was not over at `now`.
#[diesel::dsl::auto_type(no_type_alias)]
pub(super) fn is_not_over(now: Timestamp) -> _ {
    let now: i64 = now.as_micros();
    messages::expires_at
        .is_null()
        .or(messages::expires_at.gt(now))
}

/// Notes which files go with a new message.
pub(super) fn attach(conn: &mut Conn, message: &NewMessage) -> Result<(), QueryError> {
    if message.attachments.is_empty() {
        return Ok(());
    }
    let id = message.id.as_bytes().as_slice();
    let rows: Vec<_> = (0_i16..)
        .zip(&message.attachments)
        .map(|(place, file)| {
            (
                attachments::message_id.eq(id),
                attachments::file_id.eq(file.as_bytes().as_slice()),
                attachments::place.eq(place),
            )
        })
        .collect();
    diesel::insert_into(attachments::table)
        .values(rows)
        .execute(conn)?;
    Ok(())
}

/// Writes a message in its place; it must not be there. That its sender writes there is to be noted before.
pub(crate) fn insert(conn: &mut Conn, message: &NewMessage, seq: i64) -> Result<(), QueryError> {
    diesel::insert_into(messages::table)
        .values(NewRow::of(message, seq))
        .execute(conn)?;
    Ok(())
}

/// What `sender` sent under `client_id`.
pub(crate) fn find_sent(
    conn: &mut Conn,
    sender: AccountId,
    client_id: &ClientId,
) -> Result<Option<Sent>, QueryError> {
    let found: Option<SentRow> = messages::table
        .filter(messages::sender_id.eq(sender.as_bytes().as_slice()))
        .filter(messages::client_id.eq(client_id.as_str()))
        .select((
            messages::id,
            messages::seq,
            messages::digest,
            messages::created_at,
            messages::expires_at,
        ))
        // Not `first`: SQLite plans a statement anew whenever its LIMIT is bound.
        .get_result(conn)
        .optional()?;
    Ok(found.map(decode_sent).transpose()?)
}

impl MessageRepository for UnitTx<'_> {
    fn append(&mut self, message: &NewMessage) -> Result<u64, StoreError> {
        if let Some(seq) = self.sends.as_mut().and_then(|sends| sends.append(message)) {
            return Ok(seq);
        }
        self.run(|conn| {
            // The row's lock makes commits and numbers have one order.
            let conversation =
                conversations::table.find(message.conversation.as_bytes().as_slice());
            let seq: i64 = diesel::update(conversation)
                .set((
                    conversations::last_seq.eq(conversations::last_seq + 1),
                    conversations::active_at.eq(message.created_at.as_micros()),
                ))
                .returning(conversations::last_seq)
                .get_result(conn)?;
            bulk::note_sender(conn, message.conversation, message.sender)?;
            insert(conn, message, seq)?;
            attach(conn, message)?;
            Ok(count(seq, at("seq"))?)
        })
    }

    fn find_sent(
        &mut self,
        sender: AccountId,
        client_id: &ClientId,
    ) -> Result<Option<Sent>, StoreError> {
        let known = self.sends.as_ref();
        if let Some(known) = known.and_then(|sends| sends.sent(sender, client_id)) {
            return Ok(known);
        }
        self.run(|conn| find_sent(conn, sender, client_id))
    }

    fn page(
        &mut self,
        conversation: ConversationId,
        reach: Reach,
        limit: u32,
    ) -> Result<Vec<StoredMessage>, StoreError> {
        self.run(|conn| page(conn, conversation, reach, &Wanted::All, limit))
    }

    fn visible_page(
        &mut self,
        reader: AccountId,
        conversation: ConversationId,
        reach: Reach,
        limit: u32,
    ) -> Result<Vec<StoredMessage>, StoreError> {
        self.run(|conn| visible_page(conn, reader, conversation, reach, limit))
    }

    fn find_many(&mut self, ids: &[MessageId]) -> Result<Vec<StoredMessage>, StoreError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        self.run(|conn| {
            let wanted = ids.iter().map(|id| id.as_bytes().as_slice());
            let rows: Vec<Joined> = joined!()
                .filter(expressions::among(messages::id, wanted))
                .load(conn)?;
            Ok(rows.into_iter().map(decode).collect::<Result<_, _>>()?)
        })
    }

    fn find_last(
        &mut self,
        conversations: &[ConversationId],
    ) -> Result<Vec<StoredMessage>, StoreError> {
        if conversations.is_empty() {
            return Ok(Vec::new());
        }
        self.run(|conn| {
            let wanted = conversations.iter().map(|id| id.as_bytes().as_slice());
            let rows: Vec<Joined> = joined!()
                .filter(expressions::among(conversations::id, wanted))
                .filter(messages::seq.eq(conversations::last_seq))
                .load(conn)?;
            Ok(rows.into_iter().map(decode).collect::<Result<_, _>>()?)
        })
    }

    fn find_attachments(
        &mut self,
        messages: &[MessageId],
    ) -> Result<Vec<(MessageId, StoredFile)>, StoreError> {
        if messages.is_empty() {
            return Ok(Vec::new());
        }
        self.run(|conn| {
            let wanted = messages.iter().map(|id| id.as_bytes().as_slice());
            let rows: Vec<(Vec<u8>, files::Row)> = attachments::table
                .inner_join(file_rows::table)
                .filter(expressions::among(attachments::message_id, wanted))
                .filter(file_rows::deleted_at.is_null())
                .order((attachments::message_id, attachments::place))
                .select((attachments::message_id, files::Row::as_select()))
                .load(conn)?;
            let at = At("attachments", "message_id");
            rows.into_iter()
                .map(|(message, file)| {
                    let message = MessageId::from_bytes(bytes(&message, at)?);
                    Ok((message, file.decode()?))
                })
                .collect()
        })
    }

    fn delete(&mut self, id: MessageId, now: Timestamp) -> Result<bool, StoreError> {
        self.run(|conn| message_ends::delete(conn, id, now))
    }

    fn expire(&mut self, now: Timestamp, limit: u32) -> Result<u64, StoreError> {
        self.run(|conn| message_ends::expire(conn, now, limit))
    }
}
