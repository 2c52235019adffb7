//! Rows that are locked while they are read.

use diesel::dsl::exists;
use diesel::prelude::*;

use crate::schema::{conversations, members};

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
