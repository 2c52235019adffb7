//! Rows that are locked while they are read: nothing to do, where whoever writes is alone from the beginning of their
//! transaction (`BEGIN IMMEDIATE`).

use diesel::prelude::*;

use crate::schema::inboxes;

/// The one who writes has the whole database.
#[expect(
    clippy::unnecessary_wraps,
    reason = "the same as where there is something that can fail"
)]
pub(crate) const fn lock_conversation(
    _: &mut SqliteConnection,
    _: &[u8],
    _: &[u8],
) -> QueryResult<()> {
    Ok(())
}

/// The inboxes of these accounts that are there, with their heads.
pub(crate) fn lock_inboxes(
    conn: &mut SqliteConnection,
    accounts: &[&[u8]],
) -> QueryResult<Vec<(Vec<u8>, i64)>> {
    inboxes::table
        .filter(inboxes::account_id.eq_any(accounts.iter().copied()))
        .order(inboxes::account_id)
        .select((inboxes::account_id, inboxes::head))
        .load(conn)
}
