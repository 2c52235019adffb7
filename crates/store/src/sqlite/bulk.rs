//! Many rows, for an engine in which a statement costs little as long as it stays prepared: one after the other.

use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sql_types::{BigInt, Binary};
use diesel::sqlite::Sqlite;
use sealpost_domain::accounts::AccountId;
use sealpost_domain::inbox::NewEvent;
use sealpost_domain::ports::Sending;

use super::backend::queries::memberships::place;
use super::backend::queries::messages::{find_sent, insert};
use super::recent::{add, last_of};
use crate::decode::to_column;
use crate::failure::QueryError;
use crate::sends::Sends;

/// Asks what those who are about to send will ask.
pub(crate) fn foresee<'a>(
    conn: &mut SqliteConnection,
    asked: impl Iterator<Item = &'a Sending>,
) -> Result<Sends, QueryError> {
    let mut sends = Sends::default();
    for Sending {
        conversation,
        sender,
        client_id,
    } in asked
    {
        let place = place(conn, *conversation, *sender)?;
        // Whoever is not in there asks nothing more.
        if place.is_some() {
            let sent = find_sent(conn, *sender, client_id)?;
            sends.know_sent(*sender, client_id.clone(), sent);
        }
        sends.know_place(*conversation, *sender, place);
    }
    Ok(sends)
}

/// Writes the messages, and where their conversations stand.
pub(crate) fn write_messages(conn: &mut SqliteConnection, sends: &Sends) -> Result<(), QueryError> {
    for (conversation, (last, active_at)) in sends.moved() {
        MoveOn {
            id: conversation.as_bytes(),
            last: to_column(last),
            active_at,
        }
        .execute(conn)?;
    }
    for (message, seq) in &sends.messages {
        insert(conn, message, to_column(*seq))?;
    }
    Ok(())
}

/// Where a conversation stands now. Written out here, since diesel has each of its own updates prepared anew.
struct MoveOn<'a> {
    id: &'a [u8],
    last: i64,
    active_at: i64,
}

impl QueryFragment<Sqlite> for MoveOn<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        out.push_sql("UPDATE conversations SET last_seq = ");
        out.push_bind_param::<BigInt, _>(&self.last)?;
        out.push_sql(", active_at = ");
        out.push_bind_param::<BigInt, _>(&self.active_at)?;
        out.push_sql(" WHERE id = ");
        out.push_bind_param::<Binary, _>(&self.id)
    }
}

impl QueryId for MoveOn<'_> {
    type QueryId = MoveOn<'static>;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl RunQueryDsl<SqliteConnection> for MoveOn<'_> {}

/// Writes these events, which stand by account, each behind the last one of its log; returns where they stand. An account
/// that has no log is left out.
pub(crate) fn append_events(
    conn: &mut SqliteConnection,
    events: &[(AccountId, NewEvent)],
) -> Result<Vec<(AccountId, i64)>, QueryError> {
    let mut places = Vec::with_capacity(events.len());
    for of_one in events.chunk_by(|(one, _), (next, _)| one == next) {
        let Some((account, _)) = of_one.first() else {
            continue;
        };
        let Some(last) = last_of(conn, account)? else {
            continue;
        };
        for (offset, (_, event)) in (last + 1..).zip(of_one) {
            add(conn, account, offset, event)?;
            places.push((*account, offset));
        }
    }
    Ok(places)
}
