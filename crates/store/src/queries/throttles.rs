use diesel::prelude::*;
use diesel::upsert::excluded;
use sealpost_domain::Timestamp;
use sealpost_domain::ports::{Digest, StoreError, ThrottleRepository};
use sealpost_domain::throttle::Counter;

use super::UnitTx;
use crate::decode::At;
use crate::schema::throttles;

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = throttles)]
struct Row {
    recent: i32,
    consecutive: i32,
    last_at: i64,
    until_at: i64,
    forget_at: i64,
}

impl Row {
    fn of(counter: &Counter) -> Self {
        let column = |count: u32| i32::try_from(count).unwrap_or(i32::MAX);
        Self {
            recent: column(counter.recent),
            consecutive: column(counter.consecutive),
            last_at: counter.last.as_micros(),
            until_at: counter.until.as_micros(),
            forget_at: counter.forget_at.as_micros(),
        }
    }

    fn decode(&self) -> Result<Counter, StoreError> {
        let count = |value: i32, column| {
            u32::try_from(value).map_err(|_| At("throttles", column).corrupt())
        };
        Ok(Counter {
            recent: count(self.recent, "recent")?,
            consecutive: count(self.consecutive, "consecutive")?,
            last: Timestamp::from_micros(self.last_at),
            until: Timestamp::from_micros(self.until_at),
            forget_at: Timestamp::from_micros(self.forget_at),
        })
    }
}

impl ThrottleRepository for UnitTx<'_> {
    fn lock(&mut self, key: &Digest, now: Timestamp) -> Result<Counter, StoreError> {
        let empty = Row::of(&Counter::new(now));
        self.run(|conn| {
            // An update that changes nothing locks the row, and says what is in it.
            let row: Row = diesel::insert_into(throttles::table)
                .values((throttles::counter.eq(key.as_slice()), &empty))
                .on_conflict(throttles::counter)
                .do_update()
                .set(throttles::counter.eq(excluded(throttles::counter)))
                .returning(Row::as_returning())
                .get_result(conn)?;
            Ok(row.decode()?)
        })
    }

    fn update(&mut self, key: &Digest, counter: &Counter) -> Result<(), StoreError> {
        let row = Row::of(counter);
        self.run(|conn| {
            diesel::update(throttles::table.find(key.as_slice()))
                .set(&row)
                .execute(conn)?;
            Ok(())
        })
    }

    fn remove(&mut self, key: &Digest) -> Result<(), StoreError> {
        self.run(|conn| {
            diesel::delete(throttles::table.find(key.as_slice())).execute(conn)?;
            Ok(())
        })
    }

    fn sweep(&mut self, now: Timestamp, limit: u32) -> Result<u64, StoreError> {
        self.run(|conn| {
            let over: Vec<Vec<u8>> = throttles::table
                .filter(throttles::forget_at.le(now.as_micros()))
                .select(throttles::counter)
                .limit(i64::from(limit))
                .load(conn)?;
            let swept = diesel::delete(throttles::table.filter(throttles::counter.eq_any(over)))
                .execute(conn)?;
            Ok(u64::try_from(swept).unwrap_or(u64::MAX))
        })
    }
}
