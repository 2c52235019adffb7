use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;
use sealpost_domain::Timestamp;
use sealpost_domain::accounts::AccountId;
use sealpost_domain::inbox::{EventKind, InboxEvent, NewEvent, Offset, Window};
use sealpost_domain::ports::{InboxRepository, StoreError};
use sealpost_domain::sessions::SessionId;

use super::deliveries::number_notice;
use super::{Conn, UnitTx};
use crate::decode::{At, bytes, coded, count, to_column};
use crate::failure::QueryError;
use crate::schema::{inbox_events, inboxes, sessions};

impl InboxRepository for UnitTx<'_> {
    fn collect(&mut self, recipients: &[AccountId], event: NewEvent) {
        self.events
            .push((recipients.iter().copied().collect(), event));
    }

    fn window(&mut self, account: AccountId) -> Result<Option<Window>, StoreError> {
        self.run(|conn| {
            let found: Option<(i64, i64)> = inboxes::table
                .find(account.as_bytes().as_slice())
                .select((inboxes::trimmed, inboxes::head))
                .first(conn)
                .optional()?;
            let Some((trimmed, head)) = found else {
                return Ok(None);
            };
            Ok(Some(Window {
                earliest: count(trimmed, At("inboxes", "trimmed"))? + 1,
                latest: count(head, At("inboxes", "head"))?,
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
            let rows: Vec<(i64, i16, Vec<u8>, i64)> = inbox_events::table
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
                        subject: bytes(&subject, At("inbox_events", "subject"))?,
                        created_at: Timestamp::from_micros(created_at),
                    })
                })
                .collect()
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
            // Locked by an update before it is read: nothing may be added meanwhile.
            let head: Option<i64> = diesel::update(own)
                .set(inboxes::head.eq(inboxes::head))
                .returning(inboxes::head)
                .get_result(conn)
                .optional()?;
            let Some(head) = head else { return Ok(()) };
            let through = to_column(through).min(head);
            diesel::update(own.filter(inboxes::trimmed.lt(through)))
                .set(inboxes::trimmed.eq(through))
                .execute(conn)?;
            let old = inbox_events::table
                .filter(inbox_events::account_id.eq(account.as_bytes().as_slice()))
                .filter(inbox_events::event_offset.le(through));
            diesel::delete(old).execute(conn)?;
            Ok(())
        })
    }
}

/// Writes the collected events of a unit and returns whose inboxes have grown. The logs are locked in the order of
/// their accounts, so that two units cannot lock each other out; counting under the lock leaves no hole. Those that are
/// `noticed` give their notices their numbers.
pub(super) fn write_events(
    conn: &mut Conn,
    events: &[(BTreeSet<AccountId>, NewEvent)],
    noticed: &BTreeSet<(AccountId, [u8; 16])>,
) -> Result<Vec<AccountId>, QueryError> {
    let mut logs: BTreeMap<AccountId, Vec<NewEvent>> = BTreeMap::new();
    for (recipients, event) in events {
        for recipient in recipients {
            logs.entry(*recipient).or_default().push(*event);
        }
    }
    let mut grown = Vec::with_capacity(logs.len());
    for (account, events) in logs {
        let added = i64::try_from(events.len()).unwrap_or(i64::MAX);
        let own = inboxes::table.find(account.as_bytes().as_slice());
        let head: Option<i64> = diesel::update(own)
            .set(inboxes::head.eq(inboxes::head + added))
            .returning(inboxes::head)
            .get_result(conn)
            .optional()?;
        let Some(head) = head else { continue };
        for (offset, event) in (head - added + 1..).zip(events) {
            diesel::insert_into(inbox_events::table)
                .values((
                    inbox_events::account_id.eq(account.as_bytes().as_slice()),
                    inbox_events::event_offset.eq(offset),
                    inbox_events::kind.eq(event.kind.code()),
                    inbox_events::subject.eq(event.subject.as_slice()),
                    inbox_events::created_at.eq(event.created_at.as_micros()),
                ))
                .execute(conn)?;
            if noticed.contains(&(account, event.subject)) {
                number_notice(conn, &event.subject, offset)?;
            }
        }
        grown.push(account);
    }
    Ok(grown)
}
