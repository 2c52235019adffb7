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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use diesel::connection::SimpleConnection;
    use sealpost_domain::Timestamp;
    use sealpost_domain::accounts::Username;
    use sealpost_domain::conversations::Membership;
    use sealpost_domain::messages::{ClientId, Format, MessageId};
    use sealpost_domain::ports::NewMessage;

    use super::*;
    use crate::sends::Place;

    const ROOM: ConversationId = ConversationId::from_bytes([1; 16]);
    const ALICE: AccountId = AccountId::from_bytes([2; 16]);

    /// A group that leaves one message, in a conversation that is said to have come to `last`.
    fn counted_from(last: u64) -> Sends {
        let place = Place {
            membership: Arc::new(Membership {
                sealed_key: Vec::new(),
                members: vec![ALICE],
                others: Vec::new(),
                expires_in: None,
            }),
            username: Username::parse("alice").unwrap(),
        };
        let message = NewMessage {
            id: MessageId::from_bytes([3; 16]),
            conversation: ROOM,
            sender: ALICE,
            client_id: ClientId::parse("c").unwrap(),
            digest: [4; 32],
            format: Format::Opaque,
            body: Vec::new(),
            attachments: Vec::new(),
            sent_at: None,
            created_at: Timestamp::from_seconds(1),
            expires_at: None,
        };
        let mut sends = Sends::default();
        sends.know_place(ROOM, ALICE, Some((Arc::new(place), last)));
        sends.append(&message).unwrap();
        sends
    }

    #[test]
    fn no_number_is_given_that_a_conversation_has_passed() {
        let mut conn = SqliteConnection::establish(":memory:").unwrap();
        conn.batch_execute(
            "CREATE TABLE conversations (id BLOB, last_seq INTEGER, active_at INTEGER); \
             INSERT INTO conversations VALUES (x'01010101010101010101010101010101', 9, 0)",
        )
        .unwrap();
        for stale in [8, 10] {
            let refused = write_messages(&mut conn, &counted_from(stale));
            assert!(matches!(refused, Err(QueryError::Raced)), "{refused:?}");
        }
        // There is no table for the message itself: that far it comes.
        let went_on = write_messages(&mut conn, &counted_from(9)).unwrap_err();
        assert!(matches!(went_on, QueryError::Engine(_)), "{went_on:?}");
    }
}
