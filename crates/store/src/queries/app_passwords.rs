use diesel::prelude::*;
use sealpost_domain::Timestamp;
use sealpost_domain::accounts::AccountId;
use sealpost_domain::app_passwords::{AppPassword, AppPasswordId, AppPasswordName};
use sealpost_domain::ports::{AppPasswordRepository, Constraint, Digest, StoreError};
use sealpost_domain::sessions::Dialect;

use super::UnitTx;
use crate::decode::{At, bytes, coded};
use crate::schema::app_passwords;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = app_passwords)]
struct Row {
    id: Vec<u8>,
    account_id: Vec<u8>,
    dialect: i16,
    name: String,
    created_at: i64,
    last_used_at: Option<i64>,
}

impl Row {
    fn of(password: &AppPassword) -> Self {
        Self {
            id: password.id.as_bytes().to_vec(),
            account_id: password.account.as_bytes().to_vec(),
            dialect: password.dialect.code(),
            name: password.name.as_str().to_owned(),
            created_at: password.created_at.as_micros(),
            last_used_at: password.last_used_at.map(Timestamp::as_micros),
        }
    }

    fn decode(self) -> Result<AppPassword, StoreError> {
        const fn at(column: &'static str) -> At {
            At("app_passwords", column)
        }
        Ok(AppPassword {
            id: AppPasswordId::from_bytes(bytes(&self.id, at("id"))?),
            account: AccountId::from_bytes(bytes(&self.account_id, at("account_id"))?),
            dialect: coded(self.dialect, Dialect::from_code, at("dialect"))?,
            name: AppPasswordName::restore(self.name),
            created_at: Timestamp::from_micros(self.created_at),
            last_used_at: self.last_used_at.map(Timestamp::from_micros),
        })
    }
}

impl AppPasswordRepository for UnitTx<'_> {
    fn insert(&mut self, password: &AppPassword, digest: &Digest) -> Result<(), StoreError> {
        let row = Row::of(password);
        self.run(|conn| {
            let inserted = diesel::insert_into(app_passwords::table)
                .values((&row, app_passwords::digest.eq(digest.as_slice())))
                .on_conflict_do_nothing()
                .execute(conn)?;
            if inserted == 1 {
                Ok(())
            } else {
                Err(StoreError::Conflict(Constraint::Id).into())
            }
        })
    }

    fn list(&mut self, account: AccountId) -> Result<Vec<AppPassword>, StoreError> {
        self.run(|conn| {
            let rows: Vec<Row> = app_passwords::table
                .filter(app_passwords::account_id.eq(account.as_bytes().as_slice()))
                .order(app_passwords::id.desc())
                .limit(2 * i64::from(AppPassword::MAX_PER_ACCOUNT))
                .select(Row::as_select())
                .load(conn)?;
            Ok(rows
                .into_iter()
                .map(Row::decode)
                .collect::<Result<_, _>>()?)
        })
    }

    fn find_by_digest(
        &mut self,
        account: AccountId,
        dialect: Dialect,
        digest: &Digest,
    ) -> Result<Option<AppPasswordId>, StoreError> {
        self.run(|conn| {
            let id: Option<Vec<u8>> = app_passwords::table
                .filter(app_passwords::digest.eq(digest.as_slice()))
                .filter(app_passwords::account_id.eq(account.as_bytes().as_slice()))
                .filter(app_passwords::dialect.eq(dialect.code()))
                .select(app_passwords::id)
                .first(conn)
                .optional()?;
            let id = id.map(|id| bytes(&id, At("app_passwords", "id")));
            Ok(id.transpose()?.map(AppPasswordId::from_bytes))
        })
    }

    fn note_use(&mut self, id: AppPasswordId, now: Timestamp) -> Result<bool, StoreError> {
        self.run(|conn| {
            let updated = diesel::update(app_passwords::table.find(id.as_bytes().as_slice()))
                .set(app_passwords::last_used_at.eq(now.as_micros()))
                .execute(conn)?;
            Ok(updated == 1)
        })
    }

    fn delete(&mut self, account: AccountId, id: AppPasswordId) -> Result<bool, StoreError> {
        self.run(|conn| {
            let own = app_passwords::table
                .find(id.as_bytes().as_slice())
                .filter(app_passwords::account_id.eq(account.as_bytes().as_slice()));
            Ok(diesel::delete(own).execute(conn)? == 1)
        })
    }

    fn delete_all(&mut self, account: AccountId) -> Result<u64, StoreError> {
        self.run(|conn| {
            let own = app_passwords::table
                .filter(app_passwords::account_id.eq(account.as_bytes().as_slice()));
            let deleted = diesel::delete(own).execute(conn)?;
            Ok(u64::try_from(deleted).unwrap_or(u64::MAX))
        })
    }
}
