use diesel::prelude::*;
use sealpost_domain::Timestamp;
use sealpost_domain::accounts::AccountId;
use sealpost_domain::chats::ChatNumber;
use sealpost_domain::conversations::ConversationId;
use sealpost_domain::messages::{Format, Reach};
use sealpost_domain::ports::{ChatRepository, NumberedConversation, StoreError, StoredMessage};

use super::message_pages::{Wanted, page};
use super::{UnitTx, expressions};
use crate::decode::{At, bytes, count, to_column};
use crate::schema::{chat_counter, chat_numbers, members};

type Row = (Vec<u8>, i64, Vec<u8>);

fn decode((conversation, number, initiator): &Row) -> Result<NumberedConversation, StoreError> {
    const fn at(column: &'static str) -> At {
        At("chat_numbers", column)
    }
    Ok(NumberedConversation {
        conversation: ConversationId::from_bytes(bytes(conversation, at("conversation_id"))?),
        number: ChatNumber::restore(count(*number, at("chat_number"))?),
        initiator: AccountId::from_bytes(bytes(initiator, at("initiator_id"))?),
    })
}

impl ChatRepository for UnitTx<'_> {
    fn find_or_number(
        &mut self,
        conversation: ConversationId,
        initiator: AccountId,
    ) -> Result<NumberedConversation, StoreError> {
        self.run(|conn| {
            let id = conversation.as_bytes().as_slice();
            let known = chat_numbers::table.find(id);
            if let Some(row) = known.first::<Row>(conn).optional()? {
                return Ok(decode(&row)?);
            }
            // The row's lock: whoever comes second finds the number of whoever came first.
            let last: i64 = diesel::update(chat_counter::table)
                .set(chat_counter::last.eq(chat_counter::last + 1))
                .returning(chat_counter::last)
                .get_result(conn)?;
            diesel::insert_into(chat_numbers::table)
                .values((
                    chat_numbers::conversation_id.eq(id),
                    chat_numbers::chat_number.eq(last),
                    chat_numbers::initiator_id.eq(initiator.as_bytes().as_slice()),
                ))
                .on_conflict(chat_numbers::conversation_id)
                .do_nothing()
                .execute(conn)?;
            Ok(decode(&known.first(conn)?)?)
        })
    }

    fn find_many(
        &mut self,
        conversations: &[ConversationId],
    ) -> Result<Vec<NumberedConversation>, StoreError> {
        if conversations.is_empty() {
            return Ok(Vec::new());
        }
        self.run(|conn| {
            let wanted = conversations.iter().map(|id| id.as_bytes().as_slice());
            let rows: Vec<Row> = chat_numbers::table
                .filter(expressions::among(chat_numbers::conversation_id, wanted))
                .load(conn)?;
            Ok(rows.iter().map(decode).collect::<Result<_, _>>()?)
        })
    }

    fn find_by_number(
        &mut self,
        account: AccountId,
        number: ChatNumber,
    ) -> Result<Option<NumberedConversation>, StoreError> {
        self.run(|conn| {
            let row: Option<Row> = chat_numbers::table
                .inner_join(
                    members::table.on(members::conversation_id.eq(chat_numbers::conversation_id)),
                )
                .filter(chat_numbers::chat_number.eq(to_column(number.get())))
                .filter(members::account_id.eq(account.as_bytes().as_slice()))
                .select(chat_numbers::all_columns)
                .first(conn)
                .optional()?;
            Ok(row.as_ref().map(decode).transpose()?)
        })
    }

    fn page_texts(
        &mut self,
        conversation: ConversationId,
        reach: Reach,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<StoredMessage>, StoreError> {
        let wanted = Wanted::There(Format::Text, now);
        self.run(|conn| page(conn, conversation, reach, &wanted, limit))
    }
}
