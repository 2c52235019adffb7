//! Rows that are locked while they are read: nothing to do, where whoever writes is alone from the beginning of their
//! transaction (`BEGIN IMMEDIATE`).

use diesel::prelude::*;
use sealpost_domain::accounts::AccountId;

/// The one who writes has the whole database.
#[expect(
    clippy::unnecessary_wraps,
    reason = "the same as where there is something that can fail"
)]
pub(crate) const fn lock_logs(_: &mut SqliteConnection, _: &[AccountId]) -> QueryResult<()> {
    Ok(())
}

/// The same.
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
