use diesel::prelude::*;
use sealpost_domain::accounts::AccountId;
use sealpost_domain::chats::ChatNumber;
use sealpost_domain::conversations::ConversationId;
use sealpost_domain::files::FileId;
use sealpost_domain::messages::{Format, MessageId, Reach};
use sealpost_domain::ports::{
    ChatRepository, Constraint, NumberedConversation, StoreError, StoredFile, StoredMessage,
};

use super::{UnitTx, files, messages};
use crate::decode::{At, bytes, count, to_column};
use crate::schema::{
    attachments, chat_counter, chat_numbers, files as file_rows, members, messages as message_rows,
};

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
                .filter(chat_numbers::conversation_id.eq_any(wanted))
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
        limit: u32,
    ) -> Result<Vec<StoredMessage>, StoreError> {
        let format = Some(Format::Text);
        self.run(|conn| messages::page(conn, conversation, reach, format, limit))
    }

    fn attach(&mut self, message: MessageId, file: FileId) -> Result<(), StoreError> {
        self.run(|conn| {
            let inserted = diesel::insert_into(attachments::table)
                .values((
                    attachments::message_id.eq(message.as_bytes().as_slice()),
                    attachments::file_id.eq(file.as_bytes().as_slice()),
                ))
                .on_conflict_do_nothing()
                .execute(conn)?;
            if inserted == 1 {
                Ok(())
            } else {
                Err(StoreError::Conflict(Constraint::Id).into())
            }
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
                .filter(attachments::message_id.eq_any(wanted))
                .filter(file_rows::deleted_at.is_null())
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

    fn find_attachment(
        &mut self,
        account: AccountId,
        file: FileId,
    ) -> Result<Option<StoredFile>, StoreError> {
        self.run(|conn| {
            let row: Option<files::Row> = attachments::table
                .inner_join(file_rows::table)
                .inner_join(message_rows::table)
                .inner_join(
                    members::table.on(members::conversation_id.eq(message_rows::conversation_id)),
                )
                .filter(attachments::file_id.eq(file.as_bytes().as_slice()))
                .filter(members::account_id.eq(account.as_bytes().as_slice()))
                .filter(message_rows::seq.ge(members::first_seq))
                .filter(file_rows::deleted_at.is_null())
                .select(files::Row::as_select())
                .first(conn)
                .optional()?;
            Ok(row.map(files::Row::decode).transpose()?)
        })
    }
}
