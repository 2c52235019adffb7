use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use sealpost_domain::Timestamp;
use sealpost_domain::accounts::{AccountId, Username};
use sealpost_domain::envelopes::{Envelope, EnvelopeId, LeaseId, SenderClock, Tally};
use sealpost_domain::messages::{Body, Format};
use sealpost_domain::ports::{EnvelopeRepository, NewEnvelope, StoreError};

use super::{UnitTx, expressions};
use crate::decode::{At, bytes, coded, count};
use crate::schema::{accounts, envelopes};

const fn at(column: &'static str) -> At {
    At("envelopes", column)
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = envelopes)]
struct Row {
    id: Vec<u8>,
    sender_id: Vec<u8>,
    format: i16,
    body: String,
    /// Empty if the sender says nothing.
    sender_clock: String,
    created_at: i64,
}

/// A row with its sender's username, as written and folded.
type Joined = (Row, (String, String));

fn decode((row, (username, key)): Joined) -> Result<Envelope, StoreError> {
    Ok(Envelope {
        id: EnvelopeId::from_bytes(bytes(&row.id, at("id"))?),
        sender: AccountId::from_bytes(bytes(&row.sender_id, at("sender_id"))?),
        sender_username: Username::restore(username, key),
        format: coded(row.format, Format::from_code, at("format"))?,
        body: Body::restore(row.body),
        sender_clock: Some(row.sender_clock)
            .filter(|clock| !clock.is_empty())
            .map(SenderClock::restore),
        created_at: Timestamp::from_micros(row.created_at),
    })
}

/// What [`decode`] takes, of one account's envelopes with these ids.
macro_rules! joined {
    ($recipient:expr, $ids:expr) => {
        envelopes::table
            .inner_join(accounts::table.on(accounts::id.eq(envelopes::sender_id)))
            .filter(envelopes::recipient_id.eq($recipient.as_bytes().as_slice()))
            .filter(expressions::among(
                envelopes::id,
                $ids.iter().map(|id| id.as_bytes().as_slice()),
            ))
            .select((
                Row::as_select(),
                (accounts::username, accounts::username_key),
            ))
    };
}

/// One account's envelopes under this lease.
macro_rules! leased {
    ($recipient:expr, $lease:expr) => {
        envelopes::table
            .filter(envelopes::recipient_id.eq($recipient.as_bytes().as_slice()))
            .filter(envelopes::lease_id.eq($lease.as_bytes().as_slice()))
    };
}

impl EnvelopeRepository for UnitTx<'_> {
    fn lock(&mut self, recipient: AccountId) -> Result<Tally, StoreError> {
        self.run(|conn| {
            let recipient = recipient.as_bytes().as_slice();
            // Locked by an update, since both engines know that; an empty mailbox has no row of its own to lock.
            diesel::update(accounts::table.find(recipient))
                .set(accounts::created_at.eq(accounts::created_at))
                .execute(conn)?;
            // PostgreSQL's sum of BIGINT is a NUMERIC.
            let sum = sql::<BigInt>("CAST(COALESCE(SUM(size), 0) AS BIGINT)");
            let (waiting, size): (i64, i64) = envelopes::table
                .filter(envelopes::recipient_id.eq(recipient))
                .select((diesel::dsl::count_star(), sum))
                .first(conn)?;
            Ok(Tally {
                envelopes: count(waiting, at("seq"))?,
                bytes: count(size, at("size"))?,
            })
        })
    }

    fn insert(&mut self, new: &NewEnvelope) -> Result<(), StoreError> {
        self.run(|conn| {
            let recipient = new.recipient.as_bytes().as_slice();
            let last: Option<i64> = envelopes::table
                .filter(envelopes::recipient_id.eq(recipient))
                .select(diesel::dsl::max(envelopes::seq))
                .first(conn)?;
            let size = i64::try_from(new.body.as_str().len()).unwrap_or(i64::MAX);
            diesel::insert_into(envelopes::table)
                .values((
                    envelopes::id.eq(new.id.as_bytes().as_slice()),
                    envelopes::recipient_id.eq(recipient),
                    envelopes::seq.eq(last.unwrap_or(0).saturating_add(1)),
                    envelopes::sender_id.eq(new.sender.as_bytes().as_slice()),
                    envelopes::format.eq(new.format.code()),
                    envelopes::body.eq(new.body.as_str()),
                    envelopes::size.eq(size),
                    envelopes::sender_clock
                        .eq(new.sender_clock.as_ref().map_or("", SenderClock::as_str)),
                    envelopes::created_at.eq(new.created_at.as_micros()),
                ))
                .execute(conn)?;
            Ok(())
        })
    }

    fn list_free(
        &mut self,
        recipient: AccountId,
        format: Format,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<(EnvelopeId, u64)>, StoreError> {
        self.run(|conn| {
            let is_free = envelopes::leased_until.is_null().or(envelopes::leased_until
                .assume_not_null()
                .le(now.as_micros()));
            let rows: Vec<(Vec<u8>, i64)> = envelopes::table
                .filter(envelopes::recipient_id.eq(recipient.as_bytes().as_slice()))
                .filter(envelopes::format.eq(format.code()))
                .filter(is_free)
                .order(envelopes::seq.asc())
                .limit(i64::from(limit))
                .select((envelopes::id, envelopes::size))
                .load(conn)?;
            rows.into_iter()
                .map(|(id, size)| {
                    let id = EnvelopeId::from_bytes(bytes(&id, at("id"))?);
                    Ok((id, count(size, at("size"))?))
                })
                .collect()
        })
    }

    fn lease(
        &mut self,
        recipient: AccountId,
        ids: &[EnvelopeId],
        lease: LeaseId,
        until: Timestamp,
    ) -> Result<Vec<Envelope>, StoreError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        self.run(|conn| {
            let wanted = ids.iter().map(|id| id.as_bytes().as_slice());
            let own = envelopes::table
                .filter(envelopes::recipient_id.eq(recipient.as_bytes().as_slice()))
                .filter(expressions::among(envelopes::id, wanted));
            diesel::update(own)
                .set((
                    envelopes::lease_id.eq(lease.as_bytes().as_slice()),
                    envelopes::leased_until.eq(until.as_micros()),
                ))
                .execute(conn)?;
            let rows: Vec<Joined> = joined!(recipient, ids)
                .order(envelopes::seq.asc())
                .load(conn)?;
            Ok(rows.into_iter().map(decode).collect::<Result<_, _>>()?)
        })
    }

    fn renew(
        &mut self,
        recipient: AccountId,
        lease: LeaseId,
        until: Timestamp,
    ) -> Result<u64, StoreError> {
        self.run(|conn| {
            let held = diesel::update(leased!(recipient, lease))
                .set(envelopes::leased_until.eq(until.as_micros()))
                .execute(conn)?;
            Ok(u64::try_from(held).unwrap_or(u64::MAX))
        })
    }

    fn release(&mut self, recipient: AccountId, lease: LeaseId) -> Result<(), StoreError> {
        self.run(|conn| {
            diesel::update(leased!(recipient, lease))
                .set((
                    envelopes::lease_id.eq(None::<Vec<u8>>),
                    envelopes::leased_until.eq(None::<i64>),
                ))
                .execute(conn)?;
            Ok(())
        })
    }

    fn delete_leased(
        &mut self,
        recipient: AccountId,
        lease: LeaseId,
        limit: u32,
    ) -> Result<u64, StoreError> {
        self.run(|conn| {
            let ids: Vec<Vec<u8>> = leased!(recipient, lease)
                .limit(i64::from(limit))
                .select(envelopes::id)
                .load(conn)?;
            // The lease once more: another may have taken it over between the two.
            let held = leased!(recipient, lease).filter(envelopes::id.eq_any(ids));
            let deleted = diesel::delete(held).execute(conn)?;
            Ok(u64::try_from(deleted).unwrap_or(u64::MAX))
        })
    }

    fn find_many(
        &mut self,
        recipient: AccountId,
        ids: &[EnvelopeId],
    ) -> Result<Vec<Envelope>, StoreError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        self.run(|conn| {
            let rows: Vec<Joined> = joined!(recipient, ids).load(conn)?;
            Ok(rows.into_iter().map(decode).collect::<Result<_, _>>()?)
        })
    }
}
