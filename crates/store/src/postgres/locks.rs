//! Rows that are locked while they are read.

use diesel::dsl::exists;
use diesel::prelude::*;
use sealpost_domain::accounts::AccountId;

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

/// Locks these accounts' logs until the transaction ends, by account, so that two units cannot lock each other out: nothing
/// is added to them or trimmed meanwhile. What is in them is asked by another statement, since one sees what was there when
/// it began to wait.
pub(crate) fn lock_logs(conn: &mut PgConnection, accounts: &[AccountId]) -> QueryResult<()> {
    let asked = accounts.iter().map(|account| account.as_bytes().as_slice());
    inboxes::table
        .filter(inboxes::account_id.eq_any(asked))
        .order(inboxes::account_id)
        .select(inboxes::trimmed)
        .for_no_key_update()
        .execute(conn)?;
    Ok(())
}
