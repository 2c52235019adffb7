//! Many rows, for an engine in which a statement costs little as long as it stays prepared: one after the other.

use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sql_types::{BigInt, Binary};
use diesel::sqlite::Sqlite;
use sealpost_domain::accounts::AccountId;
use sealpost_domain::conversations::ConversationId;
use sealpost_domain::inbox::NewEvent;
use sealpost_domain::ports::Sending;

use super::backend::queries::messages::{find_sent, insert};
use super::known::Known;
use super::recent::{add, last_of};
use crate::decode::to_column;
use crate::failure::QueryError;
use crate::sends::{Heads, Sends};

/// Asks what those who are about to send will ask, as far as it is not known already.
pub(super) fn foresee<'a>(
    conn: &mut SqliteConnection,
    asked: impl Iterator<Item = &'a Sending>,
    known: &mut Known,
) -> Result<Sends, QueryError> {
    let mut sends = Sends::default();
    for Sending {
        conversation,
        sender,
        client_id,
    } in asked
    {
        let place = known.place(conn, *conversation, *sender)?;
        // Whoever is not in there asks nothing more.
        if place.is_some() {
            let sent = find_sent(conn, *sender, client_id)?;
            sends.know_sent(*sender, client_id.clone(), sent);
        }
        sends.know_place(*conversation, *sender, place);
    }
    Ok(sends)
}

/// Writes the messages, whose senders are noted, and where their conversations stand.
pub(crate) fn write_messages(conn: &mut SqliteConnection, sends: &Sends) -> Result<(), QueryError> {
    for (conversation, moved) in sends.moved() {
        let found = MoveOn {
            id: conversation.as_bytes(),
            from: to_column(moved.from),
            to: to_column(moved.to),
            at: moved.at,
        }
        .execute(conn)?;
        if found == 0 {
            // It has come further than was known: these numbers are taken.
            return Err(QueryError::Raced);
        }
    }
    for (message, seq) in &sends.messages {
        insert(conn, message, to_column(*seq))?;
    }
    Ok(())
}

/// Where a conversation stands now, if it has stood where its messages were counted from: no other index says that a number is given
/// once. Written out here, since diesel has each of its own updates prepared anew.
struct MoveOn<'a> {
    id: &'a [u8],
    from: i64,
    to: i64,
    at: i64,
}

impl QueryFragment<Sqlite> for MoveOn<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        out.push_sql("UPDATE conversations SET last_seq = ");
        out.push_bind_param::<BigInt, _>(&self.to)?;
        out.push_sql(", active_at = ");
        out.push_bind_param::<BigInt, _>(&self.at)?;
        out.push_sql(" WHERE id = ");
        out.push_bind_param::<Binary, _>(&self.id)?;
        out.push_sql(" AND last_seq = ");
        out.push_bind_param::<BigInt, _>(&self.from)
    }
}

impl QueryId for MoveOn<'_> {
    type QueryId = MoveOn<'static>;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl RunQueryDsl<SqliteConnection> for MoveOn<'_> {}

/// Notes that an account writes into a conversation, without which no message of theirs is taken there. By these rows the messages of
/// an account that goes are found.
pub(crate) fn note_sender(
    conn: &mut SqliteConnection,
    conversation: ConversationId,
    sender: AccountId,
) -> Result<(), QueryError> {
    diesel::insert_or_ignore_into(message_senders::table)
        .values((
            message_senders::conversation_id.eq(conversation.as_bytes().as_slice()),
            message_senders::sender_id.eq(sender.as_bytes().as_slice()),
        ))
        .execute(conn)?;
    Ok(())
}

diesel::table! {
    /// Who has written into which conversation (migration 37).
    message_senders (conversation_id, sender_id) {
        conversation_id -> Binary,
        sender_id -> Binary,
    }
}

/// Writes these events, which stand by account, each behind the last one of its log; returns where they stand. An account
/// that has no log is left out. `heads` is what is known of where the logs end, before and after.
pub(crate) fn append_events(
    conn: &mut SqliteConnection,
    events: &[(AccountId, NewEvent)],
    heads: &mut Heads,
) -> Result<Vec<(AccountId, i64)>, QueryError> {
    let mut places = Vec::with_capacity(events.len());
    for of_one in events.chunk_by(|(one, _), (next, _)| one == next) {
        let Some((account, _)) = of_one.first() else {
            continue;
        };
        let mut last = match heads.get(account) {
            Some(last) => *last,
            None => match last_of(conn, account)? {
                Some(last) => last,
                None => continue,
            },
        };
        for (_, event) in of_one {
            last += 1;
            add(conn, account, last, event)?;
            places.push((*account, last));
        }
        heads.insert(*account, last);
    }
    Ok(places)
}
