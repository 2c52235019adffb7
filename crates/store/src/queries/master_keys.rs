use diesel::prelude::*;
use sealpost_domain::Timestamp;
use sealpost_domain::master_keys::{MasterKeyId, Rewrap, SealedColumn, SealedValue};
use sealpost_domain::ports::{MasterKeyRepository, NotedMasterKey, SealedHead, StoreError};

use super::UnitTx;
use super::sealed_columns::queries;
use crate::decode::{At, bytes, coded, count, to_column};
use crate::schema::{master_keys, rewraps};

/// Keys are changed a few times a year.
const MAX_LISTED: i64 = 100;
/// The one row of its table.
const ONLY: i16 = 1;

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = rewraps, treat_none_as_null = true)]
struct Row {
    id: i16,
    kid: i64,
    holder: Option<Vec<u8>>,
    lease_until: i64,
    place: i16,
    after_key: Vec<u8>,
    rewrapped: i64,
    rewrapped_in_pass: i64,
    unopened: i64,
    started_at: i64,
    finished_at: Option<i64>,
}

impl Row {
    fn of(rewrap: &Rewrap) -> Self {
        Self {
            id: ONLY,
            kid: rewrap.key.number().into(),
            holder: rewrap.holder.map(|(holder, _)| holder.to_vec()),
            lease_until: rewrap.holder.map_or(0, |(_, until)| until.as_micros()),
            place: rewrap.column.code(),
            after_key: rewrap.after.clone(),
            rewrapped: to_column(rewrap.rewrapped),
            rewrapped_in_pass: to_column(rewrap.rewrapped_in_pass),
            unopened: to_column(rewrap.unopened),
            started_at: rewrap.started_at.as_micros(),
            finished_at: rewrap.finished_at.map(Timestamp::as_micros),
        }
    }

    fn decode(self) -> Result<Rewrap, StoreError> {
        const fn at(column: &'static str) -> At {
            At("rewraps", column)
        }
        let until = Timestamp::from_micros(self.lease_until);
        let holder = self.holder.map(|holder| bytes(&holder, at("holder")));
        Ok(Rewrap {
            key: key(self.kid, at("kid"))?,
            holder: holder.transpose()?.map(|holder| (holder, until)),
            column: coded(self.place, SealedColumn::from_code, at("place"))?,
            after: self.after_key,
            rewrapped: count(self.rewrapped, at("rewrapped"))?,
            rewrapped_in_pass: count(self.rewrapped_in_pass, at("rewrapped_in_pass"))?,
            unopened: count(self.unopened, at("unopened"))?,
            started_at: Timestamp::from_micros(self.started_at),
            finished_at: self.finished_at.map(Timestamp::from_micros),
        })
    }
}

fn key(kid: i64, at: At) -> Result<MasterKeyId, StoreError> {
    u32::try_from(kid)
        .map(MasterKeyId::new)
        .map_err(|_| at.corrupt())
}

impl MasterKeyRepository for UnitTx<'_> {
    fn list(&mut self) -> Result<Vec<NotedMasterKey>, StoreError> {
        self.run(|conn| {
            let rows: Vec<(i64, i64, Option<i64>)> = master_keys::table
                .order((master_keys::sealed_from.desc(), master_keys::kid))
                .limit(MAX_LISTED)
                .load(conn)?;
            let decode = |(kid, from, until): (i64, i64, Option<i64>)| {
                Ok(NotedMasterKey {
                    id: key(kid, At("master_keys", "kid"))?,
                    sealed_from: Timestamp::from_micros(from),
                    sealed_until: until.map(Timestamp::from_micros),
                })
            };
            Ok(rows
                .into_iter()
                .map(decode)
                .collect::<Result<_, StoreError>>()?)
        })
    }

    fn note_sealing(&mut self, key: MasterKeyId, now: Timestamp) -> Result<bool, StoreError> {
        let kid = i64::from(key.number());
        self.run(|conn| {
            let noted = diesel::insert_into(master_keys::table)
                .values((
                    master_keys::kid.eq(kid),
                    master_keys::sealed_from.eq(now.as_micros()),
                ))
                .on_conflict_do_nothing()
                .execute(conn)?;
            if noted == 0 {
                return Ok(false);
            }
            let others = master_keys::table
                .filter(master_keys::kid.ne(kid))
                .filter(master_keys::sealed_until.is_null());
            diesel::update(others)
                .set(master_keys::sealed_until.eq(now.as_micros()))
                .execute(conn)?;
            Ok(true)
        })
    }

    fn forget(&mut self, key: MasterKeyId) -> Result<(), StoreError> {
        self.run(|conn| {
            diesel::delete(master_keys::table.find(i64::from(key.number()))).execute(conn)?;
            Ok(())
        })
    }

    fn begin(&mut self, key: MasterKeyId, now: Timestamp) -> Result<(), StoreError> {
        let row = Row {
            id: ONLY,
            kid: key.number().into(),
            holder: None,
            lease_until: 0,
            place: SealedColumn::ALL.first().map_or(0, |first| first.code()),
            after_key: Vec::new(),
            rewrapped: 0,
            rewrapped_in_pass: 0,
            unopened: 0,
            started_at: now.as_micros(),
            finished_at: None,
        };
        self.run(|conn| {
            diesel::insert_into(rewraps::table)
                .values(&row)
                .on_conflict(rewraps::id)
                .do_update()
                .set(&row)
                .execute(conn)?;
            Ok(())
        })
    }

    fn find_rewrap(&mut self) -> Result<Option<Rewrap>, StoreError> {
        self.run(|conn| {
            let row: Option<Row> = rewraps::table
                .find(ONLY)
                .select(Row::as_select())
                .first(conn)
                .optional()?;
            Ok(row.map(Row::decode).transpose()?)
        })
    }

    fn advance(&mut self, was: &Rewrap, is: &Rewrap) -> Result<bool, StoreError> {
        let (was, is) = (Row::of(was), Row::of(is));
        self.run(|conn| {
            let there = rewraps::table
                .find(ONLY)
                .filter(rewraps::kid.eq(was.kid))
                .filter(rewraps::started_at.eq(was.started_at))
                .filter(rewraps::place.eq(was.place))
                .filter(rewraps::after_key.eq(&was.after_key))
                .filter(rewraps::rewrapped.eq(was.rewrapped))
                .filter(rewraps::finished_at.is_null());
            Ok(diesel::update(there).set(&is).execute(conn)? == 1)
        })
    }

    fn page(
        &mut self,
        column: SealedColumn,
        after: &[u8],
        limit: u32,
    ) -> Result<Vec<SealedValue>, StoreError> {
        self.run(|conn| Ok((queries(column).page)(conn, after, limit.min(500).into())?))
    }

    fn heads(
        &mut self,
        column: SealedColumn,
        after: &[u8],
        limit: u32,
    ) -> Result<Vec<SealedHead>, StoreError> {
        self.run(|conn| {
            Ok((queries(column).heads)(
                conn,
                after,
                limit.min(5_000).into(),
            )?)
        })
    }

    fn replace(
        &mut self,
        column: SealedColumn,
        value: &SealedValue,
        sealed: &[u8],
    ) -> Result<bool, StoreError> {
        let replace = queries(column).replace;
        self.run(|conn| Ok(replace(conn, &value.key, &value.sealed, sealed)? == 1))
    }
}
