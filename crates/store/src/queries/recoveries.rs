use diesel::prelude::*;
use sealpost_domain::Timestamp;
use sealpost_domain::accounts::{AccountId, Email};
use sealpost_domain::ports::{Constraint, Digest, RecoveryRepository, StoreError};
use sealpost_domain::recovery::{Recovery, RecoveryId};

use super::UnitTx;
use crate::decode::{At, bytes};
use crate::schema::recoveries;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = recoveries)]
struct Row {
    id: Vec<u8>,
    account_id: Option<Vec<u8>>,
    email: Option<String>,
    email_key: Option<String>,
    salt: Vec<u8>,
    mac: Vec<u8>,
    tries_left: i16,
    token: Option<Vec<u8>>,
    created_at: i64,
    expires_at: i64,
}

impl Row {
    fn of(recovery: &Recovery) -> Self {
        let email = recovery.email.as_ref();
        Self {
            id: recovery.id.as_bytes().to_vec(),
            account_id: recovery.account.map(|id| id.as_bytes().to_vec()),
            email: email.map(|email| email.as_str().to_owned()),
            email_key: email.map(|email| email.key().to_owned()),
            salt: recovery.salt.to_vec(),
            mac: recovery.mac.to_vec(),
            tries_left: i16::try_from(recovery.tries_left).unwrap_or(i16::MAX),
            token: recovery.token.map(|digest| digest.to_vec()),
            created_at: recovery.created_at.as_micros(),
            expires_at: recovery.expires_at.as_micros(),
        }
    }

    fn decode(self) -> Result<Recovery, StoreError> {
        const fn at(column: &'static str) -> At {
            At("recoveries", column)
        }
        let account = self.account_id.map(|id| bytes(&id, at("account_id")));
        let token = self.token.map(|digest| bytes(&digest, at("token")));
        let email = self.email.zip(self.email_key);
        let tries_left = u16::try_from(self.tries_left);
        Ok(Recovery {
            id: RecoveryId::from_bytes(bytes(&self.id, at("id"))?),
            account: account.transpose()?.map(AccountId::from_bytes),
            email: email.map(|(shown, key)| Email::restore(shown, key)),
            salt: bytes(&self.salt, at("salt"))?,
            mac: bytes(&self.mac, at("mac"))?,
            tries_left: tries_left.map_err(|_| at("tries_left").corrupt())?,
            token: token.transpose()?,
            created_at: Timestamp::from_micros(self.created_at),
            expires_at: Timestamp::from_micros(self.expires_at),
        })
    }
}

impl RecoveryRepository for UnitTx<'_> {
    fn insert(&mut self, recovery: &Recovery) -> Result<(), StoreError> {
        let row = Row::of(recovery);
        self.run(|conn| {
            let inserted = diesel::insert_into(recoveries::table)
                .values(&row)
                .on_conflict_do_nothing()
                .execute(conn)?;
            if inserted == 1 {
                Ok(())
            } else {
                Err(StoreError::Conflict(Constraint::Id).into())
            }
        })
    }

    fn find(&mut self, id: RecoveryId) -> Result<Option<Recovery>, StoreError> {
        self.run(|conn| {
            let row: Option<Row> = recoveries::table
                .find(id.as_bytes().as_slice())
                .select(Row::as_select())
                .first(conn)
                .optional()?;
            Ok(row.map(Row::decode).transpose()?)
        })
    }

    fn spend_try(
        &mut self,
        id: RecoveryId,
        now: Timestamp,
    ) -> Result<Option<Recovery>, StoreError> {
        self.run(|conn| {
            let good = recoveries::table
                .find(id.as_bytes().as_slice())
                .filter(recoveries::token.is_null())
                .filter(recoveries::tries_left.gt(0))
                .filter(recoveries::expires_at.gt(now.as_micros()));
            let row: Option<Row> = diesel::update(good)
                .set(recoveries::tries_left.eq(recoveries::tries_left - 1))
                .returning(Row::as_returning())
                .get_result(conn)
                .optional()?;
            Ok(row.map(Row::decode).transpose()?)
        })
    }

    fn confirm(
        &mut self,
        id: RecoveryId,
        token: &Digest,
        expires_at: Timestamp,
    ) -> Result<bool, StoreError> {
        self.run(|conn| {
            let waiting = recoveries::table
                .find(id.as_bytes().as_slice())
                .filter(recoveries::token.is_null());
            let updated = diesel::update(waiting)
                .set((
                    recoveries::token.eq(token.as_slice()),
                    recoveries::expires_at.eq(expires_at.as_micros()),
                ))
                .execute(conn)?;
            Ok(updated == 1)
        })
    }

    fn take(
        &mut self,
        id: RecoveryId,
        token: &Digest,
        now: Timestamp,
    ) -> Result<Option<Recovery>, StoreError> {
        self.run(|conn| {
            let confirmed = recoveries::table
                .find(id.as_bytes().as_slice())
                .filter(recoveries::token.eq(token.as_slice()))
                .filter(recoveries::expires_at.gt(now.as_micros()));
            let row: Option<Row> = diesel::delete(confirmed)
                .returning(Row::as_returning())
                .get_result(conn)
                .optional()?;
            Ok(row.map(Row::decode).transpose()?)
        })
    }

    fn delete_all(&mut self, account: AccountId) -> Result<u64, StoreError> {
        self.run(|conn| {
            let own =
                recoveries::table.filter(recoveries::account_id.eq(account.as_bytes().as_slice()));
            let deleted = diesel::delete(own).execute(conn)?;
            Ok(u64::try_from(deleted).unwrap_or(u64::MAX))
        })
    }

    fn sweep(&mut self, now: Timestamp, limit: u32) -> Result<u64, StoreError> {
        self.run(|conn| {
            let over: Vec<Vec<u8>> = recoveries::table
                .filter(recoveries::expires_at.le(now.as_micros()))
                .select(recoveries::id)
                .limit(i64::from(limit))
                .load(conn)?;
            // Asked again: one of them may have been confirmed meanwhile.
            let over = recoveries::table
                .filter(recoveries::id.eq_any(over))
                .filter(recoveries::expires_at.le(now.as_micros()));
            let swept = diesel::delete(over).execute(conn)?;
            Ok(u64::try_from(swept).unwrap_or(u64::MAX))
        })
    }

    fn trim_nobodys(&mut self, kept: u32, limit: u32) -> Result<u64, StoreError> {
        self.run(|conn| {
            let nobodys = recoveries::table.filter(recoveries::account_id.is_null());
            let number: i64 = nobodys.count().get_result(conn)?;
            let surplus = (number - i64::from(kept)).clamp(0, i64::from(limit));
            if surplus == 0 {
                return Ok(0);
            }
            let oldest: Vec<Vec<u8>> = nobodys
                .order((recoveries::created_at, recoveries::id))
                .select(recoveries::id)
                .limit(surplus)
                .load(conn)?;
            let trimmed = diesel::delete(recoveries::table.filter(recoveries::id.eq_any(oldest)))
                .execute(conn)?;
            Ok(u64::try_from(trimmed).unwrap_or(u64::MAX))
        })
    }
}
