use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;
use sealpost_domain::Timestamp;
use sealpost_domain::accounts::AccountId;
use sealpost_domain::inbox::{EventKind, HeldLog, InboxEvent, NewEvent, Offset, Window};
use sealpost_domain::messages::Format;
use sealpost_domain::ports::{InboxRepository, StoreError};
use sealpost_domain::sessions::{Dialect, SessionId};

use super::deliveries::number_notice;
use super::{Conn, UnitTx, bulk, expressions, locks};
use crate::decode::{At, IdColumn, bytes, coded, count, to_column};
use crate::failure::QueryError;
use crate::functions::coalesce;
use crate::schema::{envelopes, inbox_events, inboxes, sessions};
use crate::sends::Heads;

/// How many rows are written at once, at most.
const BATCH: usize = 500;

/// The last offset of a log: that of its last event, or if none is left, of the last one that was trimmed.
#[diesel::dsl::auto_type(no_type_alias)]
pub(crate) fn head() -> _ {
    let last = inbox_events::table
        .filter(inbox_events::account_id.eq(inboxes::account_id))
        .order(inbox_events::event_offset.desc())
        .select(inbox_events::event_offset)
        .single_value();
    coalesce(last, inboxes::trimmed)
}

impl InboxRepository for UnitTx<'_> {
    fn collect(&mut self, recipients: &[AccountId], event: NewEvent) {
        self.events
            .push((recipients.iter().copied().collect(), event));
    }

    fn window(&mut self, account: AccountId) -> Result<Option<Window>, StoreError> {
        self.run(|conn| {
            let found: Option<(i64, i64)> = inboxes::table
                .find(account.as_bytes().as_slice())
                .select((inboxes::trimmed, head()))
                .get_result(conn)
                .optional()?;
            let Some((trimmed, head)) = found else {
                return Ok(None);
            };
            Ok(Some(Window {
                earliest: count(trimmed, At("inboxes", "trimmed"))? + 1,
                latest: count(head, At("inbox_events", "event_offset"))?,
            }))
        })
    }

    fn page(
        &mut self,
        account: AccountId,
        after: Offset,
        limit: u32,
    ) -> Result<Vec<InboxEvent>, StoreError> {
        self.run(|conn| {
            let rows: Vec<(i64, i16, IdColumn, i64)> = inbox_events::table
                .filter(inbox_events::account_id.eq(account.as_bytes().as_slice()))
                .filter(inbox_events::event_offset.gt(to_column(after)))
                .order(inbox_events::event_offset)
                .limit(i64::from(limit))
                .select((
                    inbox_events::event_offset,
                    inbox_events::kind,
                    inbox_events::subject,
                    inbox_events::created_at,
                ))
                .load(conn)?;
            rows.into_iter()
                .map(|(offset, kind, subject, created_at)| {
                    Ok(InboxEvent {
                        offset: count(offset, At("inbox_events", "event_offset"))?,
                        kind: coded(kind, EventKind::from_code, At("inbox_events", "kind"))?,
                        subject: subject.decode(At("inbox_events", "subject"))?,
                        created_at: Timestamp::from_micros(created_at),
                    })
                })
                .collect()
        })
    }

    fn heads(&mut self, accounts: &[AccountId]) -> Result<Vec<(AccountId, Offset)>, StoreError> {
        if accounts.is_empty() {
            return Ok(Vec::new());
        }
        self.run(|conn| {
            let wanted = accounts.iter().map(|id| id.as_bytes().as_slice());
            let rows: Vec<(Vec<u8>, i64)> = inboxes::table
                .filter(expressions::among(inboxes::account_id, wanted))
                .select((inboxes::account_id, head()))
                .load(conn)?;
            rows.into_iter()
                .map(|(id, head)| {
                    let id = AccountId::from_bytes(bytes(&id, At("inboxes", "account_id"))?);
                    Ok((id, count(head, At("inbox_events", "event_offset"))?))
                })
                .collect()
        })
    }

    fn list_held(
        &mut self,
        after: Option<AccountId>,
        limit: u32,
    ) -> Result<Vec<HeldLog>, StoreError> {
        self.run(|conn| {
            let after = after.map_or(Vec::new(), |id| id.as_bytes().to_vec());
            // By primary keys alone: each log, and the one event that follows what was trimmed.
            let oldest = inbox_events::account_id
                .eq(inboxes::account_id)
                .and(inbox_events::event_offset.eq(inboxes::trimmed + 1));
            let rows: Vec<(Vec<u8>, i64, i64)> = inboxes::table
                .inner_join(inbox_events::table.on(oldest))
                .filter(inboxes::account_id.gt(after))
                .order(inboxes::account_id)
                .limit(i64::from(limit))
                .select((
                    inboxes::account_id,
                    inbox_events::event_offset,
                    inbox_events::created_at,
                ))
                .load(conn)?;
            rows.iter()
                .map(|(id, oldest, oldest_at)| {
                    Ok(HeldLog {
                        account: AccountId::from_bytes(bytes(id, At("inboxes", "account_id"))?),
                        oldest: count(*oldest, At("inbox_events", "event_offset"))?,
                        oldest_at: Timestamp::from_micros(*oldest_at),
                    })
                })
                .collect()
        })
    }

    fn lowest_mark(
        &mut self,
        account: AccountId,
        now: Timestamp,
    ) -> Result<Option<Offset>, StoreError> {
        self.run(|conn| {
            let mark: Option<i64> = sessions::table
                .filter(sessions::account_id.eq(account.as_bytes().as_slice()))
                .filter(sessions::dialect.eq(Dialect::Native.code()))
                .filter(sessions::expires_at.gt(now.as_micros()))
                .select(diesel::dsl::min(sessions::acknowledged))
                .first(conn)?;
            let at = At("sessions", "acknowledged");
            Ok(mark.map(|mark| count(mark, at)).transpose()?)
        })
    }

    fn acknowledge(&mut self, session: SessionId, offset: Offset) -> Result<Offset, StoreError> {
        self.run(|conn| {
            let own = sessions::table.find(session.as_bytes().as_slice());
            let offset = to_column(offset);
            diesel::update(own.filter(sessions::acknowledged.lt(offset)))
                .set(sessions::acknowledged.eq(offset))
                .execute(conn)?;
            let mark: Option<i64> = own.select(sessions::acknowledged).first(conn).optional()?;
            Ok(count(mark.unwrap_or(0), At("sessions", "acknowledged"))?)
        })
    }

    fn trim(&mut self, account: AccountId, through: Offset) -> Result<(), StoreError> {
        self.run(|conn| {
            let own = inboxes::table.find(account.as_bytes().as_slice());
            // Nothing may be added meanwhile.
            locks::lock_logs(conn, &[account])?;
            let head: Option<i64> = own.select(head()).get_result(conn).optional()?;
            let Some(head) = head else { return Ok(()) };
            let through = to_column(through).min(head);
            diesel::update(own.filter(inboxes::trimmed.lt(through)))
                .set(inboxes::trimmed.eq(through))
                .execute(conn)?;
            let account = account.as_bytes().as_slice();
            let old = inbox_events::table
                .filter(inbox_events::account_id.eq(account))
                .filter(inbox_events::event_offset.le(through));
            let left = old
                .filter(inbox_events::kind.eq(EventKind::MessageCreated.code()))
                .select(inbox_events::subject);
            let native = [Format::Jose, Format::Opaque].map(Format::code);
            let done = envelopes::table
                .filter(envelopes::recipient_id.eq(account))
                .filter(envelopes::format.eq_any(native))
                .filter(envelopes::id.eq_any(left));
            diesel::delete(done).execute(conn)?;
            diesel::delete(old).execute(conn)?;
            Ok(())
        })
    }
}

/// Writes the collected events of a unit and returns how the inboxes have grown. The logs are locked in the order of
/// their accounts, so that two units cannot lock each other out, and all before the first event is written; counting under
/// the lock leaves no hole. Those that are `noticed` give their notices their numbers. `heads` is what is known of where the logs end,
/// before and after.
pub(super) fn write_events(
    conn: &mut Conn,
    events: &[(BTreeSet<AccountId>, NewEvent)],
    noticed: &BTreeSet<(AccountId, [u8; 16])>,
    heads: &mut Heads,
) -> Result<Vec<(AccountId, InboxEvent)>, QueryError> {
    let mut logs: BTreeMap<AccountId, Vec<NewEvent>> = BTreeMap::new();
    for (recipients, event) in events {
        for recipient in recipients {
            logs.entry(*recipient).or_default().push(*event);
        }
    }
    let accounts: Vec<AccountId> = logs.keys().copied().collect();
    for batch in accounts.chunks(BATCH) {
        locks::lock_logs(conn, batch)?;
    }
    let events: Vec<(AccountId, NewEvent)> = logs
        .into_iter()
        .flat_map(|(account, events)| events.into_iter().map(move |event| (account, event)))
        .collect();
    let mut grown = Vec::with_capacity(events.len());
    for batch in events.chunks(BATCH) {
        let mut offsets = bulk::append_events(conn, batch, heads)?
            .into_iter()
            .peekable();
        for (account, event) in batch {
            if let Some((_, offset)) = offsets.next_if(|(of, _)| of == account) {
                if noticed.contains(&(*account, event.subject)) {
                    number_notice(conn, &event.subject, offset)?;
                }
                grown.push((*account, written(offset, event)?));
            }
        }
    }
    Ok(grown)
}

/// An event as it stands in the log now.
fn written(offset: i64, event: &NewEvent) -> Result<InboxEvent, QueryError> {
    Ok(InboxEvent {
        offset: count(offset, At("inbox_events", "event_offset"))?,
        kind: event.kind,
        subject: event.subject,
        created_at: event.created_at,
    })
}
