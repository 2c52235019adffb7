use diesel::prelude::*;
use sealpost_domain::Timestamp;
use sealpost_domain::accounts::{AccountId, Username};
use sealpost_domain::conversations::ConversationId;
use sealpost_domain::messages::{ClientId, Format, MessageId, Reach, Receipt};
use sealpost_domain::ports::{Digest, MessageRepository, NewMessage, StoreError, StoredMessage};

use super::{Conn, UnitTx};
use crate::decode::{At, bytes, coded, count, to_column};
use crate::failure::QueryError;
use crate::schema::{accounts, conversations, messages};

const fn at(column: &'static str) -> At {
    At("messages", column)
}

#[derive(Insertable)]
#[diesel(table_name = messages)]
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
        }
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = messages)]
struct Row {
    id: Vec<u8>,
    conversation_id: Vec<u8>,
    seq: i64,
    sender_id: Vec<u8>,
    client_id: String,
    format: i16,
    body: Vec<u8>,
    sent_at: Option<i64>,
    created_at: i64,
}

/// A row with its sender's username (as written, and folded) and its conversation's key.
type Joined = (Row, (String, String), Vec<u8>);

fn decode((row, (username, key), sealed_key): Joined) -> Result<StoredMessage, StoreError> {
    Ok(StoredMessage {
        id: MessageId::from_bytes(bytes(&row.id, at("id"))?),
        conversation: ConversationId::from_bytes(bytes(
            &row.conversation_id,
            at("conversation_id"),
        )?),
        sealed_key,
        seq: count(row.seq, at("seq"))?,
        sender: AccountId::from_bytes(bytes(&row.sender_id, at("sender_id"))?),
        sender_username: Username::restore(username, key),
        client_id: ClientId::restore(row.client_id),
        format: coded(row.format, Format::from_code, at("format"))?,
        body: row.body,
        sent_at: row.sent_at.map(Timestamp::from_micros),
        created_at: Timestamp::from_micros(row.created_at),
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

/// Messages of one conversation, of one format if that is said, in the order of `reach`.
pub(super) fn page(
    conn: &mut Conn,
    conversation: ConversationId,
    reach: Reach,
    format: Option<Format>,
    limit: u32,
) -> Result<Vec<StoredMessage>, QueryError> {
    let id = conversation.as_bytes().as_slice();
    let mut page = joined!()
        .filter(messages::conversation_id.eq(id))
        .limit(i64::from(limit))
        .into_boxed();
    if let Some(format) = format {
        page = page.filter(messages::format.eq(format.code()));
    }
    page = match reach {
        Reach::After(seq) => page
            .filter(messages::seq.gt(to_column(seq)))
            .order(messages::seq.asc()),
        Reach::Before(seq) => page
            .filter(messages::seq.lt(seq.map_or(i64::MAX, to_column)))
            .order(messages::seq.desc()),
    };
    let rows: Vec<Joined> = page.load(conn)?;
    Ok(rows.into_iter().map(decode).collect::<Result<_, _>>()?)
}

impl MessageRepository for UnitTx<'_> {
    fn append(&mut self, message: &NewMessage) -> Result<u64, StoreError> {
        self.run(|conn| {
            // The row's lock makes commits and numbers have one order.
            let conversation =
                conversations::table.find(message.conversation.as_bytes().as_slice());
            let seq: i64 = diesel::update(conversation)
                .set(conversations::last_seq.eq(conversations::last_seq + 1))
                .returning(conversations::last_seq)
                .get_result(conn)?;
            let inserted = diesel::insert_into(messages::table)
                .values(NewRow::of(message, seq))
                .on_conflict((messages::sender_id, messages::client_id))
                .do_nothing()
                .execute(conn)?;
            if inserted == 1 {
                Ok(count(seq, at("seq"))?)
            } else {
                Err(QueryError::Raced)
            }
        })
    }

    fn find_sent(
        &mut self,
        sender: AccountId,
        client_id: &ClientId,
    ) -> Result<Option<(Receipt, Digest)>, StoreError> {
        self.run(|conn| {
            let found: Option<(Vec<u8>, i64, Vec<u8>, i64)> = messages::table
                .filter(messages::sender_id.eq(sender.as_bytes().as_slice()))
                .filter(messages::client_id.eq(client_id.as_str()))
                .select((
                    messages::id,
                    messages::seq,
                    messages::digest,
                    messages::created_at,
                ))
                .first(conn)
                .optional()?;
            let Some((id, seq, digest, created_at)) = found else {
                return Ok(None);
            };
            let receipt = Receipt {
                id: MessageId::from_bytes(bytes(&id, at("id"))?),
                seq: count(seq, at("seq"))?,
                created_at: Timestamp::from_micros(created_at),
            };
            Ok(Some((receipt, bytes(&digest, at("digest"))?)))
        })
    }

    fn page(
        &mut self,
        conversation: ConversationId,
        reach: Reach,
        limit: u32,
    ) -> Result<Vec<StoredMessage>, StoreError> {
        self.run(|conn| page(conn, conversation, reach, None, limit))
    }

    fn find_many(&mut self, ids: &[MessageId]) -> Result<Vec<StoredMessage>, StoreError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        self.run(|conn| {
            let wanted = ids.iter().map(|id| id.as_bytes().as_slice());
            let rows: Vec<Joined> = joined!().filter(messages::id.eq_any(wanted)).load(conn)?;
            Ok(rows.into_iter().map(decode).collect::<Result<_, _>>()?)
        })
    }
}
