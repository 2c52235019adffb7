use diesel::dsl::max;
use diesel::prelude::*;
use sealpost_domain::Timestamp;
use sealpost_domain::accounts::{AccountId, Username};
use sealpost_domain::inbox::Offset;
use sealpost_domain::messages::{MessageId, Notice, Span};
use sealpost_domain::ports::{DeliveryRepository, NewDelivery, StoreError};

use super::{Conn, UnitTx};
use crate::decode::{At, bytes, count, to_column};
use crate::failure::QueryError;
use crate::schema::{accounts, deliveries};

/// A millisecond in the column's unit.
const MILLISECOND: i64 = 1_000;

impl DeliveryRepository for UnitTx<'_> {
    fn insert(&mut self, delivery: &NewDelivery) -> Result<Timestamp, StoreError> {
        let taken_at = self.run(|conn| insert(conn, delivery))?;
        self.noticed
            .insert((delivery.receiver, *delivery.message.as_bytes()));
        Ok(taken_at)
    }

    fn page(
        &mut self,
        receiver: AccountId,
        sender: AccountId,
        span: Span,
        limit: u32,
    ) -> Result<Vec<(MessageId, Timestamp)>, StoreError> {
        self.run(|conn| {
            let until = span.until.map_or(i64::MAX, Timestamp::as_micros);
            let rows: Vec<(Vec<u8>, i64)> = deliveries::table
                .filter(deliveries::receiver_id.eq(receiver.as_bytes().as_slice()))
                .filter(deliveries::sender_id.eq(sender.as_bytes().as_slice()))
                .filter(deliveries::acknowledged_at.is_null())
                .filter(deliveries::taken_at.gt(span.after.as_micros()))
                .filter(deliveries::taken_at.le(until))
                .order(deliveries::taken_at)
                .limit(i64::from(limit))
                .select((deliveries::message_id, deliveries::taken_at))
                .load(conn)?;
            let at = At("deliveries", "message_id");
            rows.into_iter()
                .map(|(id, taken_at)| {
                    let id = MessageId::from_bytes(bytes(&id, at)?);
                    Ok((id, Timestamp::from_micros(taken_at)))
                })
                .collect()
        })
    }

    fn acknowledge(
        &mut self,
        receiver: AccountId,
        message: MessageId,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        self.run(|conn| {
            let own = deliveries::table
                .filter(deliveries::message_id.eq(message.as_bytes().as_slice()))
                .filter(deliveries::receiver_id.eq(receiver.as_bytes().as_slice()));
            let fresh = own.filter(deliveries::acknowledged_at.is_null());
            let changed = diesel::update(fresh)
                .set(deliveries::acknowledged_at.eq(now.as_micros()))
                .execute(conn)?;
            Ok(changed > 0 || diesel::select(diesel::dsl::exists(own)).get_result(conn)?)
        })
    }

    fn page_notices(
        &mut self,
        receiver: AccountId,
        after: Offset,
        limit: u32,
    ) -> Result<Vec<Notice>, StoreError> {
        self.run(|conn| {
            let rows: Vec<(Option<i64>, String, String)> = deliveries::table
                .inner_join(accounts::table.on(accounts::id.eq(deliveries::sender_id)))
                .filter(deliveries::receiver_id.eq(receiver.as_bytes().as_slice()))
                .filter(deliveries::acknowledged_at.is_null())
                .filter(deliveries::noticed_at.is_null())
                .filter(deliveries::event_offset.gt(to_column(after)))
                .order(deliveries::event_offset)
                .limit(i64::from(limit))
                .select((
                    deliveries::event_offset,
                    accounts::username,
                    accounts::username_key,
                ))
                .load(conn)?;
            let at = At("deliveries", "event_offset");
            rows.into_iter()
                .map(|(number, username, key)| {
                    Ok(Notice {
                        number: count(number.unwrap_or(-1), at)?,
                        sender: Username::restore(username, key),
                    })
                })
                .collect()
        })
    }

    fn acknowledge_notice(
        &mut self,
        receiver: AccountId,
        number: Offset,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        self.run(|conn| {
            let own = deliveries::table
                .filter(deliveries::receiver_id.eq(receiver.as_bytes().as_slice()))
                .filter(deliveries::event_offset.eq(to_column(number)));
            let fresh = own.filter(deliveries::noticed_at.is_null());
            let changed = diesel::update(fresh)
                .set(deliveries::noticed_at.eq(now.as_micros()))
                .execute(conn)?;
            Ok(changed > 0 || diesel::select(diesel::dsl::exists(own)).get_result(conn)?)
        })
    }
}

/// Under the lock of the conversation, which appending the message took: what is read here is the last.
fn insert(conn: &mut Conn, delivery: &NewDelivery) -> Result<Timestamp, QueryError> {
    let (receiver, sender) = (delivery.receiver.as_bytes(), delivery.sender.as_bytes());
    let last: Option<i64> = deliveries::table
        .filter(deliveries::receiver_id.eq(receiver.as_slice()))
        .filter(deliveries::sender_id.eq(sender.as_slice()))
        .select(max(deliveries::taken_at))
        .first(conn)?;
    let now = delivery.now.as_micros();
    let now = now - now.rem_euclid(MILLISECOND);
    let taken_at = last.map_or(now, |last| now.max(last + MILLISECOND));
    diesel::insert_into(deliveries::table)
        .values((
            deliveries::message_id.eq(delivery.message.as_bytes().as_slice()),
            deliveries::receiver_id.eq(receiver.as_slice()),
            deliveries::sender_id.eq(sender.as_slice()),
            deliveries::taken_at.eq(taken_at),
        ))
        .execute(conn)?;
    Ok(Timestamp::from_micros(taken_at))
}

/// Notes the number of a notice: where in the receiver's inbox the event of its message stands.
pub(super) fn number_notice(
    conn: &mut Conn,
    message: &[u8; 16],
    offset: i64,
) -> Result<(), QueryError> {
    diesel::update(deliveries::table.find(message.as_slice()))
        .set(deliveries::event_offset.eq(offset))
        .execute(conn)?;
    Ok(())
}
