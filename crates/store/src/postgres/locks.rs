//! Rows that are locked while they are read.

use diesel::dsl::exists;
use diesel::prelude::*;

use crate::schema::{conversations, inboxes, members};

/// Locks a conversation until the transaction ends, if the account is in it: what is read afterwards is what others left
/// there, and stays so.
pub(crate) fn lock_conversation(
    conn: &mut PgConnection,
    conversation: &[u8],
    account: &[u8],
) -> QueryResult<()> {
    let own = members::table.find((conversation, account));
    conversations::table
        .find(conversation)
        .filter(exists(own))
        .select(conversations::last_seq)
        .for_update()
        .first::<i64>(conn)
        .optional()?;
    Ok(())
}

/// Locks an account's log until the transaction ends, so that nothing is added to it or trimmed meanwhile.
pub(crate) fn lock_log(conn: &mut PgConnection, account: &[u8]) -> QueryResult<()> {
    inboxes::table
        .find(account)
        .select(inboxes::trimmed)
        .for_no_key_update()
        .first::<i64>(conn)
        .optional()?;
    Ok(())
}
