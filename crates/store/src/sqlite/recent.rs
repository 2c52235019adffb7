//! The last events of all logs. Each log ends on a page of its own, and SQLite writes whole pages: an event for each of a hundred
//! members would be a hundred of them. So events are added to one small table first, whose pages they share, and are moved many at
//! a time to where each log lies. The view `inbox_events` shows both (migration 39).

use diesel::connection::SimpleConnection;
use diesel::dsl::max;
use diesel::prelude::*;
use diesel::result::Error as DieselError;
use sealpost_domain::accounts::AccountId;
use sealpost_domain::inbox::NewEvent;

use super::backend::queries::inbox::head;
use crate::schema::inboxes;

diesel::table! {
    /// As `inbox_events`; for each log those that follow what has been moved.
    recent_inbox_events (account_id, event_offset) {
        account_id -> Binary,
        event_offset -> BigInt,
        kind -> SmallInt,
        subject -> Binary,
        created_at -> BigInt,
    }
}

/// From so many on they are moved. More of them lie on more pages, of which each commit changes some; fewer are moved more often.
const MANY: usize = 2_000;

/// One transaction, so that each event is in one of the two at any time.
const MOVE: &str = "BEGIN IMMEDIATE; \
    INSERT INTO older_inbox_events (account_id, event_offset, kind, subject, created_at) \
    SELECT account_id, event_offset, kind, subject, created_at FROM recent_inbox_events; \
    DELETE FROM recent_inbox_events; \
    COMMIT;";

/// The last offset of this account's log; None if it has none. Of whoever has had an event lately the log itself is not looked at.
pub(super) fn last_of(
    conn: &mut SqliteConnection,
    account: &AccountId,
) -> QueryResult<Option<i64>> {
    let account = account.as_bytes().as_slice();
    let recent: Option<i64> = recent_inbox_events::table
        .filter(recent_inbox_events::account_id.eq(account))
        .select(max(recent_inbox_events::event_offset))
        .get_result(conn)?;
    if recent.is_some() {
        return Ok(recent);
    }
    let log = inboxes::table.find(account);
    log.select(head()).get_result(conn).optional()
}

/// Adds an event at this place, which is to be the next one of its log.
pub(super) fn add(
    conn: &mut SqliteConnection,
    account: &AccountId,
    offset: i64,
    event: &NewEvent,
) -> QueryResult<()> {
    let row = EventRow {
        account_id: account.as_bytes(),
        event_offset: offset,
        kind: event.kind.code(),
        subject: &event.subject,
        created_at: event.created_at.as_micros(),
    };
    diesel::insert_into(recent_inbox_events::table)
        .values(row)
        .execute(conn)
        .map(drop)
}

/// A row of an account's log.
#[derive(Insertable)]
#[diesel(table_name = recent_inbox_events, treat_none_as_default_value = false)]
struct EventRow<'a> {
    account_id: &'a [u8],
    event_offset: i64,
    kind: i16,
    subject: &'a [u8],
    created_at: i64,
}

/// Sees to it that the recent ones stay few.
pub(super) struct Recent {
    count: usize,
}

impl Recent {
    /// How many there are from earlier is not known: they are moved with the first that come.
    pub(super) const fn new() -> Self {
        Self { count: MANY }
    }

    /// After a commit that has `added` so many.
    pub(super) fn look_after(&mut self, writer: &mut SqliteConnection, added: usize) {
        self.count += added;
        if added == 0 || self.count < MANY {
            return;
        }
        // Tried again after so many more if it fails. Nothing is lost: they are read where they are.
        self.count = 0;
        if let Err(error) = move_all(writer) {
            tracing::warn!(%error, "the last events could not be moved to where their logs lie");
        }
    }
}

fn move_all(writer: &mut SqliteConnection) -> Result<(), DieselError> {
    writer
        .batch_execute(MOVE)
        .inspect_err(|_| super::writer::roll_back(writer))
}
